// Small parts that the cards share.
import type { ComponentChildren } from 'preact';
import type { JourneyQuery } from '../api.ts';
import { useReader } from '../context.ts';
import { overviewHash } from '../router.ts';
import { goToSection } from '../scroll.ts';
import { outcomeKind } from '../words.ts';
import { word } from '../i18n/index.ts';
import { ChevronIcon, OutcomeIcon } from './icons.tsx';

// An amount with its currency set small: the figure is read first.
export function Money(props: { minor: number; currency: string; decimals: number }) {
  const { format } = useReader();
  const code = format.currency(props.currency);
  return (
    <span class="money">
      {format.amount(props.minor, props.decimals)}
      {code !== '' && <span class="money-currency">{`\u00a0${code}`}</span>}
    </span>
  );
}

export function Disclosure(props: { label: string; children: ComponentChildren; name?: string }) {
  return (
    <details class={`disclosure ${props.name ?? ''}`}>
      <summary>
        {props.label}
        <ChevronIcon />
      </summary>
      <div class="disclosure-body">{props.children}</div>
    </details>
  );
}

export function Definition({ text }: { text: string }) {
  const { words } = useReader();
  return (
    <Disclosure label={words.definition} name="definition">
      <p>{text}</p>
    </Disclosure>
  );
}

export function Card(props: {
  id: string;
  heading: string;
  children: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
}) {
  return (
    <section class={`card ${props.class ?? ''}`} aria-labelledby={`${props.id}-heading`} id={props.id}>
      <div class="card-head">
        <h2 id={`${props.id}-heading`}>{props.heading}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

export function OutcomeWord({ outcome }: { outcome: string | null }) {
  const { words } = useReader();
  const kind = outcomeKind(outcome);
  return (
    <span class={`outcome kind-${kind}`}>
      <OutcomeIcon kind={kind} />
      <span>{word(words.words.outcome, outcome ?? 'open')}</span>
    </span>
  );
}

// A bar in the proportion share (0..1) of its track. Decoration: the figure stands beside it.
export function Bar({ share, kind }: { share: number; kind: string }) {
  return (
    <span class="bar" aria-hidden="true">
      <span class={`bar-fill fill-${kind}`} style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  );
}

export function Empty(props: { heading: string; help: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-heading">{props.heading}</p>
      <p>{props.help}</p>
      {props.children}
    </div>
  );
}

export function Skeleton({ lines }: { lines: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class={`skeleton-line skeleton-${index % 4}`} />
      ))}
    </div>
  );
}

// A figure's way to the journeys behind it: filters the list and goes there.
export function FilterLink(props: {
  query: JourneyQuery;
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <a
      class={props.class ?? 'row-link'}
      href={overviewHash(props.query)}
      aria-label={props.label}
      onClick={() => requestAnimationFrame(() => goToSection('journeys'))}
    >
      {props.children}
    </a>
  );
}
