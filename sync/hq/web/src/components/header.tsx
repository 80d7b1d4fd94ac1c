// The top of the page: sections, how live the page is, language, theme.
import { useReader } from '../context.ts';
import type { Dictionary } from '../i18n/index.ts';
import type { State } from '../model.ts';
import { goToSection } from '../scroll.ts';
import type { Theme } from '../settings.ts';
import { Logo, MoonIcon, PauseIcon, PlayIcon, SunIcon } from './icons.tsx';

type Shown = State['live'] | 'paused';

function liveWord(shown: Shown, words: Dictionary): string {
  return words.live[shown];
}

function LiveBadge({ state, onPause }: { state: State; onPause: (paused: boolean) => void }) {
  const { words, format } = useReader();
  const shown: Shown = state.paused ? 'paused' : state.live;
  const label = state.paused ? words.live.resume : words.live.pause;
  return (
    <div class={`live live-${shown}`}>
      <span class="live-dot" aria-hidden="true" />
      <span class="live-word" role="status" id="live-state" data-live={shown}>
        {liveWord(shown, words)}
      </span>
      {state.updated !== null && (
        <span class="live-time">{words.live.asOf(format.clock(state.updated))}</span>
      )}
      <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => onPause(!state.paused)}>
        {state.paused ? <PlayIcon /> : <PauseIcon />}
      </button>
    </div>
  );
}

export function Header(props: {
  state: State;
  theme: Theme;
  sections: boolean;
  onPause: (paused: boolean) => void;
  onTheme: () => void;
  onLanguage: () => void;
}) {
  const { words } = useReader();
  const themeLabel = props.theme === 'dark' ? words.header.toLight : words.header.toDark;
  const sections: [string, string][] = [
    ['today', words.header.today],
    ['journeys', words.header.journeys],
    ['terminals', words.header.terminals],
  ];
  return (
    <header class="top">
      <div class="top-inner">
        <a class="brand" href="#/">
          <Logo />
          <span class="brand-name">
            Trayline <span class="brand-part">HQ</span>
          </span>
        </a>
        {props.sections && (
          <nav class="sections" aria-label={words.header.sections}>
            {sections.map(([id, label]) => (
              <button key={id} type="button" class="section-link" onClick={() => goToSection(id)}>
                {label}
              </button>
            ))}
          </nav>
        )}
        <LiveBadge state={props.state} onPause={props.onPause} />
        <div class="switches">
          <button
            type="button"
            class="text-button"
            id="language"
            lang={words.header.language === 'EN' ? 'en' : 'zh-CN'}
            title={words.header.languageTitle}
            onClick={props.onLanguage}
          >
            {words.header.language}
          </button>
          <button type="button" class="icon-button" id="theme" aria-label={themeLabel} title={themeLabel} onClick={props.onTheme}>
            {props.theme === 'dark' ? <SunIcon /> : <MoonIcon />}
          </button>
        </div>
      </div>
    </header>
  );
}
