// Keeps the page up to date: a stream of server-sent events, and asking every 5 s while there is no
// stream. Knows what to tell people about it.
import { changed } from './contract.ts';
import type { Changed } from './contract.ts';

const POLL_MS = 5000;
// With a stream the figures still move by themselves (last week's figure is "until now"), and the
// answer shows that HQ is alive behind a silent stream.
const HEARTBEAT_MS = 30_000;
// A stream that HQ refused (it serves 32) is tried again after this.
const REOPEN_MS = 15_000;

export type LiveState = 'connecting' | 'live' | 'polling' | 'down';

export interface LiveOwner {
  // Something changed, or may have: null says "read again".
  onChange(change: Changed | null): void;
  onState(state: LiveState): void;
}

export class Live {
  private stream: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reopen: ReturnType<typeof setTimeout> | undefined;
  private streaming = false;
  private answered = true;
  private state: LiveState = 'connecting';

  constructor(private readonly owner: LiveOwner) {}

  start(): void {
    this.open();
    this.schedule();
  }

  stop(): void {
    this.stream?.close();
    this.stream = null;
    clearTimeout(this.timer);
    clearTimeout(this.reopen);
  }

  // The owner tells how its reading went.
  answeredBy(ok: boolean): void {
    this.answered = ok;
    this.tell();
  }

  private open(): void {
    this.stream?.close();
    const stream = new EventSource('/v1/live');
    this.stream = stream;
    stream.addEventListener('open', () => {
      this.streaming = true;
      this.tell();
      // What happened while there was no stream.
      this.owner.onChange(null);
      this.schedule();
    });
    stream.addEventListener('changed', (event) => this.read((event as MessageEvent<string>).data));
    stream.addEventListener('error', () => {
      const wasStreaming = this.streaming;
      this.streaming = false;
      // The browser tries again by itself every few seconds; each failed try comes here too and
      // must not put off the next reading.
      if (wasStreaming) {
        this.owner.onChange(null);
        this.schedule();
      }
      this.tell();
      if (stream.readyState === EventSource.CLOSED) {
        clearTimeout(this.reopen);
        this.reopen = setTimeout(() => this.open(), REOPEN_MS);
      }
    });
  }

  private read(data: string): void {
    try {
      this.owner.onChange(changed(JSON.parse(data), 'live'));
    } catch {
      // A message that is not as promised still says that something changed.
      this.owner.onChange(null);
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        this.owner.onChange(null);
        this.schedule();
      },
      this.streaming ? HEARTBEAT_MS : POLL_MS,
    );
  }

  private tell(): void {
    const state = this.next();
    if (state === this.state) return;
    this.state = state;
    this.owner.onState(state);
  }

  private next(): LiveState {
    if (!this.answered) return 'down';
    if (this.streaming) return 'live';
    return this.stream === null ? 'connecting' : 'polling';
  }
}
