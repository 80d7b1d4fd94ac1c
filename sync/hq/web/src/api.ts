// The typed client of HQ's API. Every answer is checked before anything of it is shown.
import * as contract from './contract.ts';
import type { Decoder } from './decode.ts';
import { ShapeError } from './decode.ts';

// HQ answers from its own machine; what takes longer than this is not going to come.
const TIMEOUT_MS = 10_000;
// The most rows that HQ gives in one answer, and so the most that the page lists.
export const JOURNEYS_MAX = 500;
const QUARANTINE_ROWS = 50;

export type Failure =
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'refused'; readonly status: number; readonly detail: string }
  | { readonly kind: 'shape'; readonly detail: string };

export class ApiError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind === 'unreachable' ? 'HQ does not answer' : failure.detail);
    this.name = 'ApiError';
  }
}

export interface JourneyQuery {
  readonly lost: boolean;
  readonly outcome: string;
  readonly terminal: string;
  readonly stage: string;
}

export const ALL_JOURNEYS: JourneyQuery = { lost: false, outcome: '', terminal: '', stage: '' };

async function refusal(response: Response): Promise<Failure> {
  let detail = response.statusText;
  try {
    const problem = contract.problemDocument(await response.json(), 'problem');
    detail = problem.detail ?? problem.title ?? detail;
  } catch {
    // Not a problem document; the status says enough.
  }
  return { kind: 'refused', status: response.status, detail };
}

async function get<T>(path: string, decode: Decoder<T>): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { Accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError({ kind: 'unreachable' });
  }
  if (!response.ok) throw new ApiError(await refusal(response));
  try {
    return decode(await response.json(), path.split('?')[0] ?? path);
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) {
      throw new ApiError({ kind: 'shape', detail: `${path}: ${error.message}` });
    }
    throw new ApiError({ kind: 'unreachable' });
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ApiError) return error.failure;
  return { kind: 'shape', detail: error instanceof Error ? error.message : String(error) };
}

export function journeysPath(query: JourneyQuery, limit: number, before: string | null): string {
  const params = new URLSearchParams({ limit: String(Math.min(limit, JOURNEYS_MAX)) });
  if (query.lost) params.set('lost', '1');
  if (query.outcome !== '') params.set('outcome', query.outcome);
  if (query.terminal !== '') params.set('terminal', query.terminal);
  if (query.stage !== '') params.set('stage', query.stage);
  if (before !== null) params.set('before', before);
  return `/v1/journeys?${params.toString()}`;
}

export function journeyPath(key: string): string {
  return `/v1/journeys/${key.split('/').map(encodeURIComponent).join('/')}`;
}

export const api = {
  health: () => get('/v1/health', contract.health),
  overview: () => get('/v1/overview', contract.overview),
  terminals: () => get('/v1/terminals', contract.terminalList).then((answer) => answer.terminals),
  quarantine: () =>
    get(`/v1/quarantine?limit=${QUARANTINE_ROWS}`, contract.quarantineList).then((a) => a.frames),
  journeys: (query: JourneyQuery, limit: number, before: string | null) =>
    get(journeysPath(query, limit, before), contract.journeyList),
  journey: (key: string) => get(journeyPath(key), contract.journeyDetail),
};
export type Api = typeof api;
