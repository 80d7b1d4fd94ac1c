// The terminals, those that need a look first, and what HQ set aside.
import { useState } from 'preact/hooks';
import { ALL_JOURNEYS } from '../api.ts';
import type { QuarantinedFrame, Terminal } from '../contract.ts';
import { useReader } from '../context.ts';
import { word } from '../i18n/index.ts';
import type { State } from '../model.ts';
import { Card, Definition, Disclosure, Empty, FilterLink, Skeleton } from './basics.tsx';
import { AlertIcon, CheckIcon, OutcomeIcon } from './icons.tsx';

// A chain has thousands; a person looks at the first few, and problems come first.
const SHOWN_AT_FIRST = 20;
const STATE_ORDER = ['quarantine', 'behind', 'away', 'ok'];

function inOrder(terminals: readonly Terminal[]): Terminal[] {
  const rank = (terminal: Terminal) => {
    const place = STATE_ORDER.indexOf(terminal.state);
    return place === -1 ? 0 : place;
  };
  return [...terminals].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      one.terminal.localeCompare(other.terminal, 'en', { numeric: true }),
  );
}

function StateWord({ state }: { state: string }) {
  const { words } = useReader();
  const icon =
    state === 'ok' ? <CheckIcon /> : state === 'away' ? <OutcomeIcon kind="other" /> : <AlertIcon />;
  return (
    <span class={`outcome terminal-${state}`}>
      {icon}
      <span>{word(words.words.terminalState, state)}</span>
    </span>
  );
}

// A figure that is best at 0: faint then, plain otherwise.
function Count({ value, label }: { value: number; label: string }) {
  const { format } = useReader();
  return (
    <td class={value === 0 ? 'number faint cell-count' : 'number cell-count'} data-label={label}>
      {format.count(value)}
    </td>
  );
}

function LastSeen({ terminal, now }: { terminal: Terminal; now: string }) {
  const { words, format } = useReader();
  if (terminal.online) return <>{words.terminals.now}</>;
  if (terminal.last_seen === null) return <>{words.terminals.never}</>;
  return (
    <time dateTime={terminal.last_seen} title={format.dayAndClock(terminal.last_seen)}>
      {format.ago(terminal.last_seen, now)}
    </time>
  );
}

function Row({ terminal, now }: { terminal: Terminal; now: string }) {
  const { words, format } = useReader();
  const w = words.terminals;
  return (
    <tr data-terminal={terminal.terminal}>
      <th scope="row" class="cell-name">
        <FilterLink
          class="plain-link"
          query={{ ...ALL_JOURNEYS, terminal: terminal.terminal }}
          label={w.journeysOf(terminal.terminal)}
        >
          {terminal.terminal}
        </FilterLink>
        <span class="under">
          {[word(words.words.channel, terminal.device_class), terminal.agent_version]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
      </th>
      <td class="cell-state">
        <StateWord state={terminal.state} />
        {terminal.storage !== '' && terminal.storage !== 'ok' && (
          <span class="under">{w.storage(word(words.words.storage, terminal.storage))}</span>
        )}
        {terminal.identity_conflicts > 0 && (
          <span class="under">
            {w.conflicts(format.count(terminal.identity_conflicts), terminal.identity_conflicts)}
          </span>
        )}
      </td>
      <td class="cell-seen" data-label={w.lastSeen}>
        <LastSeen terminal={terminal} now={now} />
      </td>
      <Count value={terminal.waiting} label={w.waiting} />
      <td class="number cell-count" data-label={w.watermark}>
        {format.count(terminal.watermark)}
        <span class="under">{w.epoch(String(terminal.epoch))}</span>
      </td>
      <Count value={terminal.open_journeys} label={w.open} />
      <Count value={terminal.gaps} label={w.gaps} />
      <Count value={terminal.duplicates} label={w.repeated} />
      <Count value={terminal.void} label={w.void} />
      <Count value={terminal.quarantined} label={w.quarantined} />
      <Count value={terminal.bad_frames} label={w.badFrames} />
      <td class="cell-clock" data-label={w.clock}>
        {word(words.words.clock, terminal.clock) || '\u2013'}
        {terminal.clock_speed !== 1 && (
          <span class="under">{w.clockSpeed(format.decimal(terminal.clock_speed, 2))}</span>
        )}
      </td>
    </tr>
  );
}

function Table({ terminals, now }: { terminals: readonly Terminal[]; now: string }) {
  const { words } = useReader();
  const w = words.terminals;
  const counts = [w.waiting, w.watermark, w.open, w.gaps, w.repeated, w.void, w.quarantined, w.badFrames];
  return (
    <table class="rows fleet">
      <caption class="unseen">{w.heading}</caption>
      <thead>
        <tr>
          <th scope="col">{w.terminal}</th>
          <th scope="col">{w.state}</th>
          <th scope="col">{w.lastSeen}</th>
          {counts.map((label) => (
            <th key={label} scope="col" class="number">
              {label}
            </th>
          ))}
          <th scope="col">{w.clock}</th>
        </tr>
      </thead>
      <tbody>
        {terminals.map((terminal) => (
          <Row key={terminal.terminal} terminal={terminal} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Quarantine({ frames }: { frames: readonly QuarantinedFrame[] }) {
  const { words, format } = useReader();
  const w = words.terminals;
  return (
    <Disclosure label={`${w.quarantineHeading} (${format.count(frames.length)})`} name="quarantine">
      <table class="rows frames">
        <caption class="unseen">{w.quarantineHeading}</caption>
        <thead>
          <tr>
            <th scope="col">{w.arrived}</th>
            <th scope="col">{w.terminal}</th>
            <th scope="col">{w.reason}</th>
            <th scope="col" class="number">
              {w.events}
            </th>
            <th scope="col" class="number">
              {w.bytes}
            </th>
          </tr>
        </thead>
        <tbody>
          {frames.map((frame) => (
            <tr key={`${frame.terminal}/${frame.epoch}/${frame.first}`}>
              <td>{format.dayAndClock(frame.arrived)}</td>
              <td>{frame.terminal}</td>
              <td>{frame.reason}</td>
              <td class="number" data-label={w.events}>
                {frame.count === 0
                  ? '\u2013'
                  : `${frame.first}\u2013${frame.first + frame.count - 1}`}
              </td>
              <td class="number" data-label={w.bytes}>
                {format.count(frame.bytes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Disclosure>
  );
}

export function TerminalsCard({ state }: { state: State }) {
  const { words, format } = useReader();
  const [all, setAll] = useState(false);
  const terminals = state.terminals;
  const content = () => {
    if (terminals === null) return <Skeleton lines={5} />;
    if (terminals.length === 0) {
      return <Empty heading={words.terminals.none} help={words.terminals.noneHelp} />;
    }
    const ordered = inOrder(terminals);
    return (
      <>
        <Table terminals={all ? ordered : ordered.slice(0, SHOWN_AT_FIRST)} now={state.overview?.now ?? ''} />
        {!all && ordered.length > SHOWN_AT_FIRST && (
          <div class="list-foot">
            <button type="button" class="button" onClick={() => setAll(true)}>
              {words.terminals.showAll(format.count(ordered.length))}
            </button>
          </div>
        )}
        {state.quarantine.length > 0 && <Quarantine frames={state.quarantine} />}
        <Definition text={words.terminals.definition} />
      </>
    );
  };
  const aside = terminals !== null && terminals.length > 0 && (
    <p class="quiet states">
      {[...STATE_ORDER].reverse().map((name) => {
        const n = terminals.filter((terminal) => terminal.state === name).length;
        return n > 0 && <span key={name}>{`${format.count(n)} ${word(words.words.terminalState, name)}`}</span>;
      })}
    </p>
  );
  return (
    <Card id="terminals" heading={words.terminals.heading} class="card-terminals" aside={aside}>
      {content()}
    </Card>
  );
}
