// Addresses of the page: "#/" with the filters of the list, "#/journey/KEY". Pure but for the hook.
import { useEffect, useState } from 'preact/hooks';
import type { JourneyQuery } from './api.ts';
import { ALL_JOURNEYS } from './api.ts';

export type Route =
  | { readonly page: 'overview'; readonly query: JourneyQuery }
  | { readonly page: 'journey'; readonly key: string };

const JOURNEY = '#/journey/';

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parse(hash: string): Route {
  if (hash.startsWith(JOURNEY)) {
    return { page: 'journey', key: hash.slice(JOURNEY.length).split('/').map(decoded).join('/') };
  }
  const params = new URLSearchParams(hash.split('?')[1] ?? '');
  const query = {
    lost: params.get('lost') === '1',
    outcome: params.get('outcome') ?? '',
    terminal: params.get('terminal') ?? '',
    stage: params.get('stage') ?? '',
  };
  return { page: 'overview', query };
}

export function overviewHash(query: JourneyQuery = ALL_JOURNEYS): string {
  const params = new URLSearchParams();
  if (query.lost) params.set('lost', '1');
  if (query.outcome !== '') params.set('outcome', query.outcome);
  if (query.terminal !== '') params.set('terminal', query.terminal);
  if (query.stage !== '') params.set('stage', query.stage);
  const text = params.toString();
  return text === '' ? '#/' : `#/?${text}`;
}

export function journeyHash(key: string): string {
  return JOURNEY + key.split('/').map(encodeURIComponent).join('/');
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return parse(hash);
}
