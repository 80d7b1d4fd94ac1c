// Builds the page bottom up: the client, the model, the components.
import { render } from 'preact';
import { api } from './api.ts';
import { App } from './app.tsx';
import { Model } from './model.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/cards.css';
import './styles/tables.css';
import './styles/journey.css';
import './styles/narrow.css';

// Journeys listed at first: a screenful or so.
const ROWS_WIDE = 25;
const ROWS_PHONE = 10;

const root = document.getElementById('app');
if (root !== null) {
  const model = new Model(api, matchMedia('(max-width: 48rem)').matches ? ROWS_PHONE : ROWS_WIDE);
  render(<App model={model} />, root);
  model.start();
}
