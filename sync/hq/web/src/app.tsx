// The frame around the pages: header, footer, language, theme, what is read aloud.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Boundary } from './components/boundary.tsx';
import { Header } from './components/header.tsx';
import { ReaderContext, useModelState } from './context.ts';
import type { Language } from './format.ts';
import { Format } from './format.ts';
import type { Dictionary } from './i18n/index.ts';
import { DICTIONARIES } from './i18n/index.ts';
import type { Model, State } from './model.ts';
import { JourneyPage } from './pages/journey.tsx';
import { OverviewPage } from './pages/overview.tsx';
import type { Route } from './router.ts';
import { useRoute } from './router.ts';
import * as settings from './settings.ts';

// What is read aloud about new journeys is gathered, so that a screen reader is not talked over.
const ANNOUNCE_MS = 10_000;

function useTheme() {
  const [theme, setTheme] = useState(settings.firstTheme);
  useLayoutEffect(() => settings.applyTheme(theme), [theme]);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => settings.followsSystemTheme() && setTheme(media.matches ? 'dark' : 'light');
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  const toggle = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    settings.keepTheme(next);
    setTheme(next);
  };
  return { theme, toggle };
}

function useLanguage() {
  const [language, setLanguage] = useState<Language>(settings.firstLanguage);
  useLayoutEffect(
    () => settings.applyLanguage(language, DICTIONARIES[language].title),
    [language],
  );
  const toggle = () => {
    const next = language === 'en' ? 'zh' : 'en';
    settings.keepLanguage(next);
    setLanguage(next);
  };
  return { language, toggle };
}

// Says politely how many journeys have come, at most every ten seconds.
function Announcer({ state, words, format }: { state: State; words: Dictionary; format: Format }) {
  const [text, setText] = useState('');
  const waiting = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    waiting.current += state.fresh.size;
    if (waiting.current === 0 || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setText(words.live.announce(format.count(waiting.current), waiting.current));
      waiting.current = 0;
    }, ANNOUNCE_MS);
  }, [state.fresh]);
  return (
    <p class="unseen" aria-live="polite" id="announcer">
      {text}
    </p>
  );
}

// Coming back to the list, the reader is where they left it.
function useScrollKept(route: Route) {
  const kept = useRef(0);
  const page = route.page;
  useEffect(() => {
    if (page === 'overview') {
      scrollTo({ top: kept.current, behavior: 'instant' });
      const keep = () => {
        if (location.hash.startsWith('#/journey/')) return;
        kept.current = scrollY;
      };
      addEventListener('scroll', keep, { passive: true });
      return () => removeEventListener('scroll', keep);
    }
    scrollTo({ top: 0, behavior: 'instant' });
    document.getElementById('content')?.focus({ preventScroll: true });
    return undefined;
  }, [page]);
}

function Footer({ state, words, format }: { state: State; words: Dictionary; format: Format }) {
  return (
    <footer class="bottom">
      {state.health !== null && (
        <>
          <span>{words.footer.hq(state.health.version)}</span>
          <span title={state.health.database}>
            {words.footer.generation(String(state.health.generation))}
          </span>
        </>
      )}
      {state.overview !== null && <span>{words.footer.times(format.zone())}</span>}
      <span>{words.footer.noPersonal}</span>
    </footer>
  );
}

export function App({ model }: { model: Model }) {
  const state = useModelState(model);
  const route = useRoute();
  const { theme, toggle: toggleTheme } = useTheme();
  const { language, toggle: toggleLanguage } = useLanguage();
  const offset = state.overview?.offset_minutes ?? 0;
  const words = DICTIONARIES[language];
  const format = useMemo(() => new Format(language, offset), [language, offset]);
  const reader = useMemo(() => ({ words, format }), [words, format]);
  useEffect(() => {
    if (route.page === 'overview') model.setQuery(route.query);
  }, [route]);
  useScrollKept(route);
  const toContent = (event: Event) => {
    event.preventDefault();
    document.getElementById('content')?.focus();
  };
  return (
    <ReaderContext.Provider value={reader}>
      <a class="skip" href="#content" onClick={toContent}>
        {words.skip}
      </a>
      <Header
        state={state}
        theme={theme}
        sections={route.page === 'overview'}
        onPause={(paused) => model.setPaused(paused)}
        onTheme={toggleTheme}
        onLanguage={toggleLanguage}
      />
      <main id="content" tabIndex={-1}>
        <Boundary key={route.page}>
          {route.page === 'overview' ? (
            <OverviewPage model={model} state={state} />
          ) : (
            <JourneyPage key={route.key} model={model} journeyKey={route.key} />
          )}
        </Boundary>
      </main>
      <Footer state={state} words={words} format={format} />
      <Announcer state={state} words={words} format={format} />
    </ReaderContext.Provider>
  );
}
