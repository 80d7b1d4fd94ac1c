// What went wrong, and what to do about it.
import type { Failure } from '../api.ts';
import { useReader } from '../context.ts';
import type { Dictionary } from '../i18n/index.ts';
import { AlertIcon } from './icons.tsx';

function texts(failure: Failure, words: Dictionary): { what: string; help: string } {
  switch (failure.kind) {
    case 'unreachable':
      return { what: words.error.unreachable, help: words.error.unreachableHelp };
    case 'refused':
      return { what: words.error.refused(String(failure.status), failure.detail), help: '' };
    case 'shape':
      return { what: words.error.shape(failure.detail), help: words.error.shapeHelp };
  }
}

export function FailureNotice({ failure, again }: { failure: Failure; again: () => void }) {
  const { words } = useReader();
  const { what, help } = texts(failure, words);
  return (
    <section class="card failure" aria-labelledby="failure-heading">
      <h2 id="failure-heading">
        <AlertIcon />
        {words.error.heading}
      </h2>
      <p>{what}</p>
      {help !== '' && <p>{help}</p>}
      <button type="button" class="button" onClick={again}>
        {words.error.again}
      </button>
    </section>
  );
}

// Above figures that are still shown although HQ has stopped answering or answers nonsense.
export function FailureBanner({ failure, updated }: { failure: Failure; updated: string }) {
  const { words, format } = useReader();
  const text =
    failure.kind === 'unreachable'
      ? words.live.downText(format.clock(updated))
      : texts(failure, words).what;
  return (
    <p class="banner" role="status">
      <AlertIcon />
      <span>{text}</span>
    </p>
  );
}
