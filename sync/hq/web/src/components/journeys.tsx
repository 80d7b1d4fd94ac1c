// The list of the latest journeys with its filters.
import { useRef } from 'preact/hooks';
import type { JourneyQuery } from '../api.ts';
import { ALL_JOURNEYS, JOURNEYS_MAX } from '../api.ts';
import type { Journey } from '../contract.ts';
import { useReader } from '../context.ts';
import { word } from '../i18n/index.ts';
import type { Model, State } from '../model.ts';
import { journeyHash, overviewHash } from '../router.ts';
import { lostStage } from '../words.ts';
import { Card, Empty, Money, OutcomeWord, Skeleton } from './basics.tsx';
import { CloseIcon } from './icons.tsx';

function go(query: JourneyQuery): void {
  // Replaces the address: each click on a filter is not a step to go back to.
  location.replace(overviewHash(query));
}

function Select(props: {
  label: string;
  value: string;
  any: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}) {
  return (
    <label class="select">
      <span class="unseen">{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <option value="">{props.any}</option>
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Filters({ state }: { state: State }) {
  const { words } = useReader();
  const { query } = state;
  const outcomes = Object.entries(words.words.outcome);
  const terminals = (state.terminals ?? []).map((t) => [t.terminal, t.terminal] as const);
  const filtered = overviewHash(query) !== overviewHash(ALL_JOURNEYS);
  return (
    <div class="filters" role="group" aria-label={words.list.filters}>
      <div class="segments">
        <button type="button" aria-pressed={!query.lost} onClick={() => go({ ...query, lost: false, stage: '' })}>
          {words.list.all}
        </button>
        <button type="button" aria-pressed={query.lost} id="lost-only" onClick={() => go({ ...query, lost: true, outcome: '' })}>
          {words.list.lostOnly}
        </button>
      </div>
      <Select
        label={words.list.outcome}
        value={query.outcome}
        any={words.list.anyOutcome}
        options={outcomes}
        onChange={(outcome) => go({ ...query, outcome, lost: false, stage: '' })}
      />
      <Select
        label={words.list.terminal}
        value={query.terminal}
        any={words.list.anyTerminal}
        options={terminals}
        onChange={(terminal) => go({ ...query, terminal })}
      />
      {query.stage !== '' && (
        <button type="button" class="chip" onClick={() => go({ ...query, stage: '' })}>
          {words.list.lostAt}: {word(words.words.stage, query.stage)}
          <CloseIcon />
        </button>
      )}
      {filtered && (
        <button type="button" class="text-button" onClick={() => go(ALL_JOURNEYS)}>
          {words.list.clear}
        </button>
      )}
    </div>
  );
}

function Notes({ journey }: { journey: Journey }) {
  const { words, format } = useReader();
  return (
    <>
      {journey.training && <span class="tag">{words.list.training}</span>}
      {journey.outcome === null && journey.at_risk && (
        <span class="tag tag-risk">{words.list.atRisk}</span>
      )}
      {journey.payment_failures > 0 && (
        <span class="tag">{words.list.declined(format.count(journey.payment_failures))}</span>
      )}
      {journey.cycles > 0 && (
        <span class="tag">{words.list.cycles(format.count(journey.cycles))}</span>
      )}
      {journey.revision > 1 && <span class="tag">{words.list.revised}</span>}
    </>
  );
}

function Row({ journey, now, fresh }: { journey: Journey; now: string; fresh: boolean }) {
  const { words, format } = useReader();
  const lost = lostStage(journey);
  const when = format.isSameDay(journey.started, now)
    ? format.clock(journey.started)
    : format.dayAndClock(journey.started);
  return (
    <tr class={fresh ? 'fresh' : ''} data-key={journey.key}>
      <td class="cell-time">
        <a
          class="journey-link"
          href={journeyHash(journey.key)}
          aria-label={words.list.openJourney(when, journey.terminal)}
        >
          {when}
        </a>
      </td>
      <td class="cell-terminal quiet">{journey.terminal}</td>
      <td class="cell-outcome">
        <OutcomeWord outcome={journey.outcome} />
      </td>
      <td class="cell-lost" data-label={words.list.lostAt}>
        {lost !== null && word(words.words.stage, lost)}
      </td>
      <td class="cell-value number">
        <Money minor={journey.value_minor} currency={journey.currency} decimals={journey.decimals} />
      </td>
      <td class="cell-lines number" data-label={words.list.lines}>
        {format.count(journey.lines)}
      </td>
      <td class="cell-edits number" data-label={words.list.edits}>
        <span title={words.list.added(format.count(journey.adds))}>
          <span aria-hidden="true">+{format.count(journey.adds)}</span>
          <span class="unseen">{words.list.added(format.count(journey.adds))}, </span>
        </span>{' '}
        <span class={journey.removes > 0 ? '' : 'faint'} title={words.list.removed(format.count(journey.removes))}>
          <span aria-hidden="true">{`\u2212${format.count(journey.removes)}`}</span>
          <span class="unseen">{words.list.removed(format.count(journey.removes))}</span>
        </span>
      </td>
      <td class="cell-notes">
        <Notes journey={journey} />
      </td>
    </tr>
  );
}

function Table({ state, model }: { state: State; model: Model }) {
  const { words } = useReader();
  const body = useRef<HTMLTableSectionElement>(null);
  const reading = useRef({ pointer: false, focus: false });
  const note = (change: Partial<{ pointer: boolean; focus: boolean }>) => {
    Object.assign(reading.current, change);
    model.hold(reading.current.pointer || reading.current.focus);
  };
  const now = state.overview?.now ?? state.updated ?? '';
  return (
    <table class="rows journeys" aria-busy={state.loadingList}>
      <caption class="unseen">{words.list.heading}</caption>
      <thead>
        <tr>
          <th scope="col">{words.list.started}</th>
          <th scope="col">{words.list.terminal}</th>
          <th scope="col">{words.list.outcome}</th>
          <th scope="col">{words.list.lostAt}</th>
          <th scope="col" class="number">
            {words.list.value}
          </th>
          <th scope="col" class="number">
            {words.list.lines}
          </th>
          <th scope="col" class="number">
            {words.list.edits}
          </th>
          <th scope="col">{words.list.notes}</th>
        </tr>
      </thead>
      <tbody
        ref={body}
        onPointerEnter={(event) => event.pointerType === 'mouse' && note({ pointer: true })}
        onPointerLeave={() => note({ pointer: false })}
        onFocusIn={() => note({ focus: true })}
        onFocusOut={() => note({ focus: false })}
      >
        {(state.journeys ?? []).map((journey) => (
          <Row key={journey.key} journey={journey} now={now} fresh={state.fresh.has(journey.key)} />
        ))}
      </tbody>
    </table>
  );
}

function Foot({ state, model }: { state: State; model: Model }) {
  const { words, format } = useReader();
  const shown = state.journeys?.length ?? 0;
  return (
    <div class="list-foot">
      <span class="quiet">{words.list.showing(format.count(shown), shown)}</span>
      {state.hasMore && shown < JOURNEYS_MAX && (
        <button type="button" class="button" id="load-more" aria-disabled={state.loadingMore} onClick={() => void model.loadMore()}>
          {state.loadingMore ? words.list.loading : words.list.more}
        </button>
      )}
      {state.hasMore && shown >= JOURNEYS_MAX && (
        <span class="quiet">{words.list.limit(format.count(JOURNEYS_MAX))}</span>
      )}
    </div>
  );
}

function Content({ state, model }: { state: State; model: Model }) {
  const { words } = useReader();
  if (state.journeys === null || state.overview === null) return <Skeleton lines={12} />;
  if (state.journeys.length > 0) {
    return (
      <>
        <Table state={state} model={model} />
        <Foot state={state} model={model} />
      </>
    );
  }
  if (overviewHash(state.query) === overviewHash(ALL_JOURNEYS)) {
    return <Empty heading={words.list.none} help={words.list.noneHelp} />;
  }
  return (
    <Empty heading={words.list.noMatch} help={words.list.noMatchHelp}>
      <button type="button" class="button" onClick={() => go(ALL_JOURNEYS)}>
        {words.list.clear}
      </button>
    </Empty>
  );
}

export function JourneysCard({ state, model }: { state: State; model: Model }) {
  const { words, format } = useReader();
  // Filters over nothing would only be in the way.
  const bare = state.journeys?.length === 0 && overviewHash(state.query) === overviewHash(ALL_JOURNEYS);
  return (
    <Card
      id="journeys"
      heading={words.list.heading}
      class="card-journeys"
      aside={!bare && <Filters state={state} />}
    >
      {state.held !== null && (
        <button type="button" class="held" onClick={() => model.showHeld()}>
          {words.list.held(format.count(state.heldNew), state.heldNew)}
        </button>
      )}
      <Content state={state} model={model} />
    </Card>
  );
}
