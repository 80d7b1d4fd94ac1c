// Icons, drawn here: shape tells what colour also tells. All are decoration beside a word.
import type { ComponentChildren } from 'preact';
import type { Kind } from '../words.ts';

function Icon({ children, name }: { children: ComponentChildren; name: string }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': '1.75',
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
} as const;

export const CheckIcon = () => (
  <Icon name="check">
    <circle cx="8" cy="8" r="7" fill="currentColor" />
    <path d="M4.800 8.300l2.200 2.200 4.200-4.600" {...line} class="icon-cut" />
  </Icon>
);

export const AlertIcon = () => (
  <Icon name="alert">
    <path d="M8 1.200l7.300 13.100H.700z" fill="currentColor" />
    <path d="M8 6v3.800M8 12.200v.1" {...line} class="icon-cut" />
  </Icon>
);

// A tick, a ring, a cross, a dash: four shapes for four kinds of outcome.
export function OutcomeIcon({ kind }: { kind: Kind }) {
  if (kind === 'good') return <CheckIcon />;
  if (kind === 'open') {
    return (
      <Icon name="open">
        <circle cx="8" cy="8" r="6" {...line} stroke-dasharray="3.500 2.600" />
      </Icon>
    );
  }
  if (kind === 'lost') {
    return (
      <Icon name="lost">
        <rect x="1" y="1" width="14" height="14" rx="4" fill="currentColor" />
        <path d="M5.400 5.400l5.200 5.200M10.600 5.400l-5.200 5.200" {...line} class="icon-cut" />
      </Icon>
    );
  }
  return (
    <Icon name="other">
      <circle cx="8" cy="8" r="6" {...line} />
      <path d="M5.500 8h5" {...line} />
    </Icon>
  );
}

export const SunIcon = () => (
  <Icon name="sun">
    <circle cx="8" cy="8" r="3" {...line} />
    <path d="M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1.100 1.100M11.900 11.900L13 13M13 3l-1.100 1.100M4.100 11.900L3 13" {...line} />
  </Icon>
);

export const MoonIcon = () => (
  <Icon name="moon">
    <path d="M13.500 9.700A6 6 0 0 1 6.300 2.500a6 6 0 1 0 7.200 7.200z" {...line} />
  </Icon>
);

export const PauseIcon = () => (
  <Icon name="pause">
    <path d="M5.500 3.500v9M10.500 3.500v9" {...line} />
  </Icon>
);

export const PlayIcon = () => (
  <Icon name="play">
    <path d="M5 3.200v9.600L12.500 8z" fill="currentColor" />
  </Icon>
);

export const BackIcon = () => (
  <Icon name="back">
    <path d="M9.500 3.500L5 8l4.500 4.500" {...line} />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon name="chevron">
    <path d="M4 6l4 4 4-4" {...line} />
  </Icon>
);

export const CloseIcon = () => (
  <Icon name="close">
    <path d="M4 4l8 8M12 4l-8 8" {...line} />
  </Icon>
);

export const PlusIcon = () => (
  <Icon name="plus">
    <path d="M8 3.500v9M3.500 8h9" {...line} />
  </Icon>
);

export const MinusIcon = () => (
  <Icon name="minus">
    <path d="M3.500 8h9" {...line} />
  </Icon>
);

export const ArrowIcon = ({ up }: { up: boolean }) => (
  <Icon name="arrow">
    <path d={up ? 'M8 13V3.500M4 7l4-4 4 4' : 'M8 3v9.500M4 9l4 4 4-4'} {...line} />
  </Icon>
);

export const CardIcon = () => (
  <Icon name="card">
    <rect x="1.500" y="3.500" width="13" height="9" rx="2" {...line} />
    <path d="M1.500 6.800h13" {...line} />
  </Icon>
);

export const EyeIcon = () => (
  <Icon name="eye">
    <path d="M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8z" {...line} />
    <circle cx="8" cy="8" r="1.800" {...line} />
  </Icon>
);

export const FlagIcon = () => (
  <Icon name="flag">
    <path d="M3.500 14.500v-12h8l-1.500 3 1.500 3h-8" {...line} />
  </Icon>
);

export const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" class="logo-ground" />
    <path d="M7 20.500h18M10 20.500c0-5.200 2.400-8.500 6-8.500s6 3.300 6 8.500M16 12V9.500" class="logo-line" />
  </svg>
);
