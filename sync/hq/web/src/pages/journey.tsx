// One journey: its facts, the value of its cart over time, its events.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../api.ts';
import { api, failureOf } from '../api.ts';
import { Card, Empty, Money, OutcomeWord, Skeleton } from '../components/basics.tsx';
import { CartChart } from '../components/cart_chart.tsx';
import { EventList } from '../components/event_list.tsx';
import { FailureNotice } from '../components/failure.tsx';
import { BackIcon } from '../components/icons.tsx';
import type { JourneyDetail, JourneyFacts } from '../contract.ts';
import { useReader } from '../context.ts';
import { stopwatch } from '../format.ts';
import { word } from '../i18n/index.ts';
import type { Model } from '../model.ts';
import { overviewHash } from '../router.ts';
import { lostStage } from '../words.ts';

interface Loaded {
  readonly detail: JourneyDetail | null;
  readonly failure: Failure | null;
}

function useJourney(model: Model, key: string) {
  const [loaded, setLoaded] = useState<Loaded>({ detail: null, failure: null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    const read = () =>
      api.journey(key).then(
        (detail) => current && setLoaded({ detail, failure: null }),
        (error: unknown) => current && setLoaded((was) => ({ ...was, failure: failureOf(error) })),
      );
    void read();
    const unfollow = model.follow((change) => {
      if (change === null || change.journeys.includes(key)) void read();
    });
    return () => {
      current = false;
      unfollow();
    };
  }, [model, key, attempt]);
  return { ...loaded, again: () => setAttempt(attempt + 1) };
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function duration(journey: JourneyFacts): string {
  const end = journey.closed ?? journey.updated;
  return stopwatch(Date.parse(end) - Date.parse(journey.started));
}

function Facts({ journey }: { journey: JourneyFacts }) {
  const { words, format } = useReader();
  const w = words.journey;
  const lost = lostStage(journey);
  const optional: [string, string][] = [
    [w.reason, word(words.words.reason, journey.cancel_reason)],
    [w.entry, word(words.words.entrySource, journey.entry_source)],
    [w.mode, word(words.words.orderMode, journey.order_mode)],
    [w.channel, word(words.words.channel, journey.channel)],
    [w.cycles, journey.cycles > 0 ? format.count(journey.cycles) : ''],
    [w.failures, journey.payment_failures > 0 ? format.count(journey.payment_failures) : ''],
    [w.revision, journey.revision > 1 ? format.count(journey.revision) : ''],
  ];
  return (
    <dl class="facts">
      <Fact label={w.value}>
        <span class="fact-strong">
          <Money minor={journey.value_minor} currency={journey.currency} decimals={journey.decimals} />
        </span>
      </Fact>
      <Fact label={w.outcome}>
        <OutcomeWord outcome={journey.outcome} />
      </Fact>
      {journey.outcome !== null && (
        <Fact label={w.evidence}>{word(words.words.evidence, journey.evidence)}</Fact>
      )}
      <Fact label={lost === null ? w.deepest : w.lostAt}>
        {word(words.words.stage, lost ?? (journey.outcome === 'completed' ? 'completed' : journey.deepest))}
      </Fact>
      <Fact label={w.duration}>
        {duration(journey)}
        {journey.outcome === null && <span class="under">{w.stillOpen}</span>}
      </Fact>
      <Fact label={w.edits}>{w.editsText(format.count(journey.adds), format.count(journey.removes))}</Fact>
      {optional
        .filter(([, text]) => text !== '')
        .map(([label, text]) => (
          <Fact key={label} label={label}>
            {text}
          </Fact>
        ))}
    </dl>
  );
}

function CartTable({ journey }: { journey: JourneyFacts }) {
  const { words, format } = useReader();
  if (journey.cart.length === 0) return <p class="quiet">{words.journey.emptyCart}</p>;
  return (
    <table class="plain cart">
      <caption class="unseen">{words.journey.cart}</caption>
      <thead>
        <tr>
          <th scope="col">{words.journey.item}</th>
          <th scope="col" class="number">
            {words.journey.quantity}
          </th>
          <th scope="col" class="number">
            {words.journey.value}
          </th>
        </tr>
      </thead>
      <tbody>
        {journey.cart.map((line) => (
          <tr key={line.line_id}>
            <th scope="row">{line.item_name || line.item_id || line.line_id}</th>
            <td class="number">{format.count(line.quantity)}</td>
            <td class="number">
              <Money minor={line.value_minor} currency={journey.currency} decimals={journey.decimals} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Detail({ detail }: { detail: JourneyDetail }) {
  const { words, format } = useReader();
  const { journey } = detail;
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>{words.journey.heading(format.dayAndClock(journey.started))}</h1>
        <p class="quiet day-line">
          <span>{journey.terminal}</span>
          <span class="mono">{journey.id}</span>
          {journey.training && <span class="tag">{words.list.training}</span>}
        </p>
      </div>
      <Card id="facts" heading={words.journey.facts} class="card-facts">
        <Facts journey={journey} />
      </Card>
      <div class="pair pair-wide">
        <Card id="chart" heading={words.journey.chart}>
          <CartChart detail={detail} />
        </Card>
        <Card id="cart" heading={words.journey.cart}>
          <CartTable journey={journey} />
        </Card>
      </div>
      <Card id="events" heading={words.journey.events} aside={<p class="quiet">{format.count(detail.events.length)}</p>}>
        <EventList detail={detail} />
      </Card>
    </>
  );
}

export function JourneyPage({ model, journeyKey }: { model: Model; journeyKey: string }) {
  const { words } = useReader();
  const { detail, failure, again } = useJourney(model, journeyKey);
  const content = () => {
    if (detail !== null) return <Detail detail={detail} />;
    if (failure === null) return <Skeleton lines={14} />;
    if (failure.kind === 'refused' && failure.status === 404) {
      return <Empty heading={words.journey.notFound} help={words.journey.notFoundHelp} />;
    }
    return <FailureNotice failure={failure} again={again} />;
  };
  return (
    <>
      <a class="back" href={overviewHash(model.state.query)}>
        <BackIcon />
        {words.journey.back}
      </a>
      {detail === null && <h1 class="unseen">{words.header.journeys}</h1>}
      {content()}
    </>
  );
}
