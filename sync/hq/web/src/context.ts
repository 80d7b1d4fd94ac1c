// What every component may need: the model, the words, the formats.
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { Format } from './format.ts';
import type { Dictionary } from './i18n/index.ts';
import { en } from './i18n/en.ts';
import type { Model, State } from './model.ts';

export interface Reader {
  readonly words: Dictionary;
  readonly format: Format;
}

export const ReaderContext = createContext<Reader>({ words: en, format: new Format('en', 0) });

export function useReader(): Reader {
  return useContext(ReaderContext);
}

export function useModelState(model: Model): State {
  const [state, setState] = useState(model.state);
  useEffect(() => {
    setState(model.state);
    return model.subscribe(() => setState(model.state));
  }, [model]);
  return state;
}
