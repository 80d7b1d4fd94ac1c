// The events of a journey, in order, as sentences.
import { useState } from 'preact/hooks';
import { offsetsMs } from '../charts/cart_steps.ts';
import type { JourneyDetail, TrayEvent } from '../contract.ts';
import { useReader } from '../context.ts';
import { stopwatch } from '../format.ts';
import { sentence, shortName } from '../sentences.ts';
import {
  AlertIcon,
  CardIcon,
  CheckIcon,
  EyeIcon,
  FlagIcon,
  MinusIcon,
  OutcomeIcon,
  PlusIcon,
} from './icons.tsx';

// An event that reached HQ later than this was recorded while the line was down, or nearly so.
const LATE_MS = 60_000;

function EventIcon({ name }: { name: string }) {
  if (name === 'ecommerce.add_to_cart') return <PlusIcon />;
  if (name === 'ecommerce.remove_from_cart') return <MinusIcon />;
  if (name === 'ecommerce.purchase' || name === 'payment.approved') return <CheckIcon />;
  if (name === 'payment.failed' || name === 'journey.at_risk') return <AlertIcon />;
  if (name === 'journey.abandoned' || name === 'order.cancelled') return <OutcomeIcon kind="lost" />;
  if (name.startsWith('payment.') || name === 'ecommerce.add_payment_info') return <CardIcon />;
  if (name.startsWith('ecommerce.')) return <EyeIcon />;
  return <FlagIcon />;
}

function tone(name: string): string {
  if (name === 'ecommerce.add_to_cart') return 'add';
  if (name === 'ecommerce.remove_from_cart') return 'remove';
  if (name === 'ecommerce.purchase' || name === 'payment.approved') return 'good';
  if (name === 'payment.failed' || name === 'journey.at_risk') return 'warn';
  if (name === 'journey.abandoned' || name === 'order.cancelled') return 'lost';
  return 'plain';
}

function lateness(event: TrayEvent): number {
  if (event.arrived === null) return 0;
  const late = Date.parse(event.arrived) - Date.parse(event.time);
  return late > LATE_MS ? late : 0;
}

// The JSON of an event, on demand: most readers never open one.
function Raw({ event, id }: { event: TrayEvent; id: string }) {
  return (
    <pre id={id} tabIndex={0} aria-label={event.type}>
      {JSON.stringify(event.raw, null, 2)}
    </pre>
  );
}

function Value({ minor, detail }: { minor: number; detail: JourneyDetail }) {
  const { words, format } = useReader();
  const { currency, decimals } = detail.journey;
  return (
    <span class="event-value quiet">
      <span class="unseen">{words.journey.cartAfter} </span>
      {format.money(minor, currency, decimals)}
    </span>
  );
}

function Item(props: { event: TrayEvent; offset: number; changed: boolean; detail: JourneyDetail }) {
  const { words, format } = useReader();
  const [open, setOpen] = useState(false);
  const { event, detail } = props;
  const { currency, decimals } = detail.journey;
  const name = shortName(event.type);
  const late = lateness(event);
  const rawId = `raw-${event.id}`;
  const label = `${words.journey.raw}: ${name}`;
  return (
    <li class={`event tone-${tone(name)}`} data-event={name}>
      <span class="event-icon">
        <EventIcon name={name} />
      </span>
      <div class="event-body">
        <div class="event-line">
          <time class="event-time" dateTime={event.time} title={format.dayAndClock(event.time)}>
            {stopwatch(props.offset)}
          </time>
          <span class="event-text">
            {sentence(event, format, words, { code: currency, decimals })}
            {late > 0 && <span class="under">{words.journey.arrivedLater(stopwatch(late))}</span>}
          </span>
          {props.changed && <Value minor={event.cart_value_minor ?? 0} detail={detail} />}
          <button
            type="button"
            class="raw-button"
            aria-expanded={open}
            aria-controls={open ? rawId : undefined}
            aria-label={label}
            title={label}
            onClick={() => setOpen(!open)}
          >
            {'{ }'}
          </button>
        </div>
        {open && <Raw event={event} id={rawId} />}
      </div>
    </li>
  );
}

export function EventList({ detail }: { detail: JourneyDetail }) {
  const { events } = detail;
  const offsets = offsetsMs(events);
  const changed = (i: number) => {
    const value = events[i]?.cart_value_minor ?? null;
    return value !== null && value !== (events[i - 1]?.cart_value_minor ?? 0);
  };
  return (
    <ol class="events">
      {events.map((event, i) => (
        <Item key={event.id} event={event} offset={offsets[i] ?? 0} changed={changed(i)} detail={detail} />
      ))}
    </ol>
  );
}
