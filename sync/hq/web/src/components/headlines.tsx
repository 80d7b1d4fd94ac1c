// The first line of the page: what is lost, what is sold, whether the figures reconcile.
import type { LostNow, Overview, Reconciles, Sold } from '../contract.ts';
import { useReader } from '../context.ts';
import { word } from '../i18n/index.ts';
import { LOST_STAGES } from '../words.ts';
import { Card, Definition, Disclosure, FilterLink, Money } from './basics.tsx';
import { AlertIcon, ArrowIcon, CheckIcon } from './icons.tsx';

function LastWeek({ lost, overview }: { lost: LostNow; overview: Overview }) {
  const { words, format } = useReader();
  const before = lost.last_week_value_minor;
  if (before === null) return <p class="compare">{words.lost.noLastWeek}</p>;
  const weekday = format.weekday(overview.business_day);
  const time = format.clockMinutes(overview.now);
  if (before === lost.value_minor) return <p class="compare">{words.lost.same(weekday, time)}</p>;
  if (before === 0) return <p class="compare">{words.lost.againstZero(weekday, time)}</p>;
  const change = lost.value_minor / before - 1;
  const size = format.percent(Math.abs(change));
  const text = change > 0 ? words.lost.more(size) : words.lost.less(size);
  return (
    <p class={`compare ${change > 0 ? 'compare-worse' : 'compare-better'}`}>
      <ArrowIcon up={change > 0} />
      <span>{words.lost.lastWeek(text, weekday, time)}</span>
      <span class="compare-before">
        (<Money minor={before} currency={lost.currency} decimals={lost.decimals} />)
      </span>
    </p>
  );
}

function byDepth(stages: LostNow['by_stage']): LostNow['by_stage'] {
  const depth = (stage: string) => {
    const place = LOST_STAGES.indexOf(stage);
    return place === -1 ? LOST_STAGES.length : place;
  };
  return stages
    .filter((entry) => entry.journeys > 0)
    .sort((one, other) => depth(one.stage) - depth(other.stage));
}

function StageBar({ lost }: { lost: LostNow }) {
  const { words, format } = useReader();
  const stages = byDepth(lost.by_stage);
  const share = (minor: number) => (lost.value_minor === 0 ? 0 : minor / lost.value_minor);
  return (
    <div class="stages">
      <div class="stack" aria-hidden="true">
        {stages.map(
          (entry) =>
            entry.value_minor > 0 && (
              <span key={entry.stage} class={`stack-part stage-${entry.stage}`} style={{ flexGrow: entry.value_minor }} />
            ),
        )}
      </div>
      <table class="plain">
        <caption class="quiet">{words.lost.byStage}</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">{words.lost.stage}</th>
            <th scope="col">{words.lost.journeys}</th>
            <th scope="col">{words.lost.value}</th>
            <th scope="col" class="cell-share">
              {words.lost.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {stages.map((entry) => (
            <tr key={entry.stage}>
              <th scope="row">
                <FilterLink
                  query={{ lost: true, outcome: '', terminal: '', stage: entry.stage }}
                  label={words.lost.open(word(words.words.stage, entry.stage))}
                >
                  <span class={`swatch stage-${entry.stage}`} aria-hidden="true" />
                  {word(words.words.stage, entry.stage)}
                </FilterLink>
              </th>
              <td class="number quiet">{words.journeys(format.count(entry.journeys), entry.journeys)}</td>
              <td class="number">
                <Money minor={entry.value_minor} currency={lost.currency} decimals={lost.decimals} />
              </td>
              <td class="number quiet cell-share">{format.percent(share(entry.value_minor))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function LostNowCard({ overview }: { overview: Overview }) {
  const { words, format } = useReader();
  return (
    <Card id="lost" heading={words.lost.heading} class="card-lost">
      {overview.lost_now.length === 0 && <p class="nothing">{words.lost.nothing}</p>}
      {overview.lost_now.map((lost) => (
        <div key={lost.currency} class="headline-block">
          <p class="headline headline-lost" data-headline="lost">
            <Money minor={lost.value_minor} currency={lost.currency} decimals={lost.decimals} />
          </p>
          <p class="headline-count">{words.journeys(format.count(lost.journeys), lost.journeys)}</p>
          <LastWeek lost={lost} overview={overview} />
          <StageBar lost={lost} />
        </div>
      ))}
      <Definition text={words.lost.definition} />
    </Card>
  );
}

interface MixPart {
  readonly kind: string;
  readonly label: string;
  readonly minor: number;
}

// Where the value of today's carts went: sold, lost, still open.
function Mix({ sold, overview }: { sold: Sold; overview: Overview }) {
  const { words, format } = useReader();
  const { currency, decimals } = sold;
  const lost = overview.lost_now.find((entry) => entry.currency === currency);
  const open = overview.outcomes
    .filter((entry) => entry.outcome === 'open')
    .flatMap((entry) => entry.value)
    .find((money) => money.currency === currency);
  const parts: MixPart[] = [
    { kind: 'good', label: words.sold.sold, minor: sold.value_minor },
    { kind: 'lost', label: words.sold.lost, minor: lost?.value_minor ?? 0 },
    { kind: 'open', label: words.sold.open, minor: open?.value_minor ?? 0 },
  ];
  const all = parts.reduce((sum, part) => sum + part.minor, 0);
  if (all <= 0) return null;
  return (
    <div class="mix">
      <div class="stack" aria-hidden="true">
        {parts.map(
          (part) =>
            part.minor > 0 && (
              <span key={part.kind} class={`stack-part fill-${part.kind}`} style={{ flexGrow: part.minor }} />
            ),
        )}
      </div>
      <table class="plain">
        <caption class="quiet">{words.sold.mix}</caption>
        <tbody>
          {parts.map((part) => (
            <tr key={part.kind}>
              <th scope="row">
                <span class="row-link">
                  <span class={`swatch fill-${part.kind}`} aria-hidden="true" />
                  {part.label}
                </span>
              </th>
              <td class="number">
                <Money minor={part.minor} currency={currency} decimals={decimals} />
              </td>
              <td class="number quiet">{format.percent(part.minor / all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function SoldTodayCard({ overview }: { overview: Overview }) {
  const { words, format } = useReader();
  return (
    <Card id="sold" heading={words.sold.heading} class="card-sold">
      {overview.sold_today.length === 0 && <p class="nothing">{words.sold.nothing}</p>}
      {overview.sold_today.map((sold) => (
        <div key={sold.currency} class="headline-block">
          <p class="headline" data-headline="sold">
            <Money minor={sold.value_minor} currency={sold.currency} decimals={sold.decimals} />
          </p>
          <p class="headline-count">{words.journeys(format.count(sold.journeys), sold.journeys)}</p>
          {sold.journeys > 0 && (
            <p class="compare">
              {words.sold.average(
                format.money(Math.round(sold.value_minor / sold.journeys), sold.currency, sold.decimals),
              )}
            </p>
          )}
          <Mix sold={sold} overview={overview} />
        </div>
      ))}
      <Definition text={words.sold.definition} />
    </Card>
  );
}

interface SumProps {
  readonly heading: string;
  readonly parts: readonly (readonly [string, number])[];
  readonly total: readonly [string, number];
}

// "a + b + c equals d", said as a small table.
function Sum({ heading, parts, total }: SumProps) {
  const { words, format } = useReader();
  const sum = parts.reduce((all, [, value]) => all + value, 0);
  const agrees = sum === total[1];
  return (
    <table class="plain sum">
      <caption class="quiet">{heading}</caption>
      <tbody>
        {parts.map(([label, value], index) => (
          <tr key={label}>
            <th scope="row">
              <span class="sum-sign" aria-hidden="true">
                {index === 0 ? '' : '+'}
              </span>
              {label}
            </th>
            <td class="number">{format.count(value)}</td>
          </tr>
        ))}
        <tr class={agrees ? 'sum-total' : 'sum-total sum-off'}>
          <th scope="row">
            <span class="sum-sign" aria-hidden="true">
              {agrees ? '=' : '\u2260'}
            </span>
            <span class="unseen">{agrees ? words.reconciles.equals : words.reconciles.differs} </span>
            {total[0]}
          </th>
          <td class="number">{format.count(total[1])}</td>
        </tr>
      </tbody>
    </table>
  );
}

function Figures({ sums }: { sums: Reconciles }) {
  const { words } = useReader();
  const w = words.reconciles;
  return (
    <>
      <Sum
        heading={w.fromTerminals}
        parts={[
          [w.received, sums.received],
          [w.void, sums.void],
          [w.quarantined, sums.quarantined],
        ]}
        total={[w.watermarks, sums.watermarks]}
      />
      <Sum
        heading={w.toJourneys}
        parts={[
          [w.inJourneys, sums.in_journeys],
          [w.outside, sums.outside_journeys],
          [w.waiting, sums.waiting_to_be_read],
        ]}
        total={[w.received, sums.received]}
      />
    </>
  );
}

// Each of the two sums on one line: what had to agree, and whether it does.
function Proofs({ sums }: { sums: Reconciles }) {
  const { words, format } = useReader();
  const w = words.reconciles;
  const terminals = sums.watermarks - (sums.received + sums.void + sums.quarantined);
  const journeys = sums.received - (sums.in_journeys + sums.outside_journeys + sums.waiting_to_be_read);
  const lines: [string, number, number][] = [
    [w.fromTerminals, sums.watermarks, terminals],
    [w.toJourneys, sums.received, journeys],
  ];
  return (
    <ul class="proofs">
      {lines.map(([label, total, off]) => (
        <li key={label} class={off === 0 ? 'proof-good' : 'proof-bad'}>
          {off === 0 ? <CheckIcon /> : <AlertIcon />}
          <span>{label}</span>
          <span class="proof-figure">
            {off === 0
              ? w.events(format.count(total), total)
              : w.off(format.count(Math.abs(off)))}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function ReconcilesCard({ overview }: { overview: Overview }) {
  const { words, format } = useReader();
  const sums = overview.reconciles;
  const good = sums.difference === 0;
  return (
    <Card
      id="reconciles"
      heading={words.reconciles.heading}
      class={`card-reconciles ${good ? 'reconciles-good' : 'reconciles-bad'}`}
    >
      <div role="status">
        <p class="headline headline-check" data-headline="reconciles" data-difference={sums.difference}>
          {good ? <CheckIcon /> : <AlertIcon />}
          <span>
            <span class="headline-label">{words.reconciles.difference} </span>
            {format.count(sums.difference)}
          </span>
        </p>
        <p class="reconciles-text">{good ? words.reconciles.good : words.reconciles.bad}</p>
        {!good && sums.terminals.length === 0 && <p>{words.reconciles.badUnknown}</p>}
        {!good && sums.terminals.length > 0 && (
          <>
            <p class="quiet">{words.reconciles.badTerminals}</p>
            <ul class="culprits">
              {sums.terminals.map((terminal) => (
                <li key={terminal}>{terminal}</li>
              ))}
            </ul>
          </>
        )}
      </div>
      <Proofs sums={sums} />
      {sums.quarantined > 0 && (
        <p class="set-aside">
          <AlertIcon />
          <span>{words.reconciles.setAside(format.count(sums.quarantined), sums.quarantined)}</span>
        </p>
      )}
      <Disclosure label={words.reconciles.show} name="figures">
        <Figures sums={sums} />
      </Disclosure>
      <Definition text={words.reconciles.definition} />
    </Card>
  );
}
