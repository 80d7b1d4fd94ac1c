// Journeys by outcome, and the funnel.
import type { OutcomeCount, Overview } from '../contract.ts';
import { useReader } from '../context.ts';
import { decimalsOf } from '../format.ts';
import { word } from '../i18n/index.ts';
import { outcomeKind } from '../words.ts';
import { Bar, Card, Definition, FilterLink, Money, OutcomeWord } from './basics.tsx';

const KIND_ORDER = ['good', 'open', 'lost', 'other'];

function inOrder(outcomes: readonly OutcomeCount[]): OutcomeCount[] {
  const rank = (entry: OutcomeCount) => KIND_ORDER.indexOf(outcomeKind(entry.outcome));
  return outcomes
    .filter((entry) => entry.journeys > 0)
    .sort((one, other) => rank(one) - rank(other) || other.journeys - one.journeys);
}

export function OutcomesCard({ overview }: { overview: Overview }) {
  const { words, format } = useReader();
  const outcomes = inOrder(overview.outcomes);
  const most = Math.max(1, ...outcomes.map((entry) => entry.journeys));
  const decimals = new Map(
    [...overview.lost_now, ...overview.sold_today].map((entry) => [entry.currency, entry.decimals]),
  );
  return (
    <Card id="outcomes" heading={words.outcomes.heading}>
      <table class="plain bars">
        <thead>
          <tr>
            <th scope="col">{words.outcomes.outcome}</th>
            <th scope="col" class="bar-column">
              <span class="unseen">{words.outcomes.journeys}</span>
            </th>
            <th scope="col" class="number">
              {words.outcomes.journeys}
            </th>
            <th scope="col" class="number">
              {words.outcomes.value}
            </th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map((entry) => (
            <tr key={entry.outcome} data-outcome={entry.outcome}>
              <th scope="row">
                <FilterLink
                  query={{ lost: false, outcome: entry.outcome, terminal: '', stage: '' }}
                  label={words.outcomes.show(word(words.words.outcome, entry.outcome))}
                >
                  <OutcomeWord outcome={entry.outcome} />
                </FilterLink>
              </th>
              <td class="bar-column">
                <Bar share={entry.journeys / most} kind={outcomeKind(entry.outcome)} />
              </td>
              <td class="number">{format.count(entry.journeys)}</td>
              <td class="number">
                {entry.value.map((money) => (
                  <span key={money.currency} class="stacked">
                    <Money
                      minor={money.value_minor}
                      currency={money.currency}
                      decimals={decimals.get(money.currency) ?? decimalsOf(money.currency)}
                    />
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Definition text={words.outcomes.definition} />
    </Card>
  );
}


export function FunnelCard({ overview }: { overview: Overview }) {
  const { words, format } = useReader();
  const steps = overview.funnel;
  const first = steps[0]?.journeys ?? 0;
  const drops = steps.map((step, i) => (i === 0 ? 0 : (steps[i - 1]?.journeys ?? 0) - step.journeys));
  const largest = Math.max(0, ...drops);
  return (
    <Card id="funnel" heading={words.funnel.heading}>
      <table class="plain bars">
        <thead>
          <tr>
            <th scope="col">{words.funnel.stage}</th>
            <th scope="col" class="bar-column">
              <span class="unseen">{words.funnel.reached}</span>
            </th>
            <th scope="col" class="number">
              {words.funnel.reached}
            </th>
            <th scope="col" class="number">
              {words.funnel.share}
            </th>
            <th scope="col" class="number">
              {words.funnel.drop}
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, i) => {
            const before = steps[i - 1]?.journeys ?? 0;
            const drop = drops[i] ?? 0;
            const worst = drop > 0 && drop === largest;
            return (
              <tr key={step.stage} data-funnel={step.stage} data-journeys={step.journeys}>
                <th scope="row">{word(words.words.stage, step.stage)}</th>
                <td class="bar-column">
                  <Bar share={first === 0 ? 0 : step.journeys / first} kind="funnel" />
                </td>
                <td class="number">{format.count(step.journeys)}</td>
                <td class="number quiet">{first === 0 ? '\u2013' : format.percent(step.journeys / first)}</td>
                <td class={worst ? 'number drop drop-worst' : 'number drop'}>
                  {i > 0 && drop > 0 && before > 0 && (
                    <>
                      {`\u2212${format.count(drop)}`}
                      <span class="drop-share">{format.percent(drop / before)}</span>
                      {worst && <span class="drop-note">{words.funnel.largest}</span>}
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Definition text={words.funnel.definition} />
    </Card>
  );
}
