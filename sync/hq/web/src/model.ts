// What the page knows: the last answers of HQ, how fresh they are, and how they are kept fresh.
// One object for the life of the page; components subscribe to it.
import type { Api, Failure, JourneyQuery } from './api.ts';
import { ALL_JOURNEYS, JOURNEYS_MAX, failureOf } from './api.ts';
import type { Changed, Health, Journey, Overview, QuarantinedFrame, Terminal } from './contract.ts';
import type { LiveState } from './live.ts';
import { Live } from './live.ts';

// Changes are gathered this long, so that a busy lunch does not make the page flicker.
const BATCH_MS = 800;

export interface State {
  readonly health: Health | null;
  readonly overview: Overview | null;
  readonly terminals: readonly Terminal[] | null;
  readonly quarantine: readonly QuarantinedFrame[];
  readonly journeys: readonly Journey[] | null;
  readonly query: JourneyQuery;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly loadingList: boolean;
  // Newer rows that wait because somebody is reading the list.
  readonly held: readonly Journey[] | null;
  readonly heldNew: number;
  readonly fresh: ReadonlySet<string>;
  readonly failure: Failure | null;
  readonly live: LiveState;
  readonly paused: boolean;
  readonly updated: string | null;
}

const INITIAL: State = {
  health: null,
  overview: null,
  terminals: null,
  quarantine: [],
  journeys: null,
  query: ALL_JOURNEYS,
  hasMore: false,
  loadingMore: false,
  loadingList: false,
  held: null,
  heldNew: 0,
  fresh: new Set(),
  failure: null,
  live: 'connecting',
  paused: false,
  updated: null,
};

function sameQuery(a: JourneyQuery, b: JourneyQuery): boolean {
  return (
    a.lost === b.lost && a.outcome === b.outcome && a.terminal === b.terminal && a.stage === b.stage
  );
}

// How many of next are not in shown, counted from the top: older rows that moved up are not news.
export function newKeys(shown: readonly Journey[], next: readonly Journey[]): Set<string> {
  const known = new Set(shown.map((journey) => journey.key));
  const oldest = shown.length === 0 ? -1 : next.findIndex((journey) => known.has(journey.key));
  const top = oldest === -1 ? next : next.slice(0, oldest);
  return new Set(top.filter((journey) => !known.has(journey.key)).map((journey) => journey.key));
}

// The shown rows with what next says of them, in the shown order.
export function updatedRows(shown: readonly Journey[], next: readonly Journey[]): Journey[] {
  const byKey = new Map(next.map((journey) => [journey.key, journey]));
  return shown.map((journey) => byKey.get(journey.key) ?? journey);
}

export class Model {
  state: State = INITIAL;
  private readonly listeners = new Set<() => void>();
  private readonly followers = new Set<(change: Changed | null) => void>();
  private readonly live: Live;
  private batch: ReturnType<typeof setTimeout> | undefined;
  private reading = false;
  private again = false;
  private rows: number;
  private holding = false;

  // pageRows: how many journeys the list shows at first.
  constructor(
    private readonly api: Api,
    private readonly pageRows: number,
  ) {
    this.rows = pageRows;
    this.live = new Live({
      onChange: (change) => this.noteChange(change),
      onState: (live) => this.set({ live }),
    });
  }

  start(): void {
    this.live.start();
    void this.refresh();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // Calls follower whenever something changed at HQ; null: anything may have.
  follow(follower: (change: Changed | null) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  setPaused(paused: boolean): void {
    this.set({ paused });
    if (!paused) void this.refresh();
  }

  setQuery(query: JourneyQuery): void {
    if (sameQuery(query, this.state.query)) return;
    this.rows = this.pageRows;
    this.set({ query, loadingList: true, held: null, heldNew: 0, fresh: new Set() });
    void this.readList(query, true);
  }

  async loadMore(): Promise<void> {
    if (this.state.loadingMore) return;
    this.rows = Math.min(this.rows + this.pageRows * 2, JOURNEYS_MAX);
    this.set({ loadingMore: true });
    await this.readList(this.state.query, true);
    this.set({ loadingMore: false });
  }

  // While somebody reads the list with pointer or keyboard, rows do not move under them.
  hold(holding: boolean): void {
    this.holding = holding;
    if (!holding) this.showHeld();
  }

  showHeld(): void {
    const { held, journeys } = this.state;
    if (held === null) return;
    const fresh = newKeys(journeys ?? [], held);
    this.set({ journeys: held, held: null, heldNew: 0, fresh });
  }

  async refresh(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    await Promise.all([this.readFigures(), this.readList(this.state.query, false)]);
    this.reading = false;
    if (this.again) {
      this.again = false;
      this.noteChange(null);
    }
  }

  private noteChange(change: Changed | null): void {
    if (this.state.paused) return;
    for (const follower of this.followers) follower(change);
    if (this.batch !== undefined) return;
    this.batch = setTimeout(() => {
      this.batch = undefined;
      void this.refresh();
    }, BATCH_MS);
  }

  private async readFigures(): Promise<void> {
    try {
      const [health, overview, terminals] = await Promise.all([
        this.api.health(),
        this.api.overview(),
        this.api.terminals(),
      ]);
      const quarantine = terminals.some((terminal) => terminal.quarantined > 0)
        ? await this.api.quarantine()
        : [];
      this.set({ health, overview, terminals, quarantine, updated: overview.now, failure: null });
      this.live.answeredBy(true);
    } catch (error) {
      this.fail(error);
    }
  }

  private async readList(query: JourneyQuery, byReader: boolean): Promise<void> {
    try {
      const answer = await this.api.journeys(query, this.rows, null);
      if (!sameQuery(query, this.state.query)) return;
      this.takeList(answer.journeys, answer.next !== null, byReader);
    } catch (error) {
      this.set({ loadingList: false });
      this.fail(error);
    }
  }

  private takeList(next: readonly Journey[], hasMore: boolean, byReader: boolean): void {
    const shown = this.state.journeys;
    if (byReader || shown === null) {
      this.set({ journeys: next, hasMore, loadingList: false, held: null, heldNew: 0 });
      return;
    }
    const fresh = newKeys(shown, next);
    if (this.holding && fresh.size > 0 && shown.length > 0) {
      this.set({ journeys: updatedRows(shown, next), held: next, heldNew: fresh.size });
      return;
    }
    this.set({ journeys: next, hasMore, held: null, heldNew: 0, loadingList: false, fresh });
  }

  private fail(error: unknown): void {
    const failure = failureOf(error);
    this.set({ failure });
    this.live.answeredBy(failure.kind !== 'unreachable');
  }

  private set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
