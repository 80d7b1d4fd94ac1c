// Numbers, money and times for people, in the reader's language. Pure: the language and the
// store's offset from UTC arrive as arguments.

export type Language = 'en' | 'zh';
export const LOCALES: { readonly [L in Language]: string } = { en: 'en-GB', zh: 'zh-CN' };

// No-break spaces keep a number and its unit on one line.
const NO_BREAK = '\u00a0';
const NO_CURRENCY = 'XXX';
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

export class Format {
  private readonly locale: string;
  private readonly whole: Intl.NumberFormat;
  private readonly moneyByDecimals = new Map<number, Intl.NumberFormat>();

  constructor(
    readonly language: Language,
    readonly offsetMinutes: number,
  ) {
    this.locale = LOCALES[language];
    this.whole = new Intl.NumberFormat(this.locale);
  }

  count(value: number): string {
    return this.whole.format(value);
  }

  // The amount alone, "1,284.50". decimals: how many digits of minor are behind the point.
  amount(minor: number, decimals: number): string {
    let format = this.moneyByDecimals.get(decimals);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.locale, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      this.moneyByDecimals.set(decimals, format);
    }
    return format.format(minor / 10 ** decimals);
  }

  // The letters of a currency, '' where none is known yet: ISO 4217 writes that as XXX.
  currency(code: string): string {
    return code === NO_CURRENCY ? '' : code;
  }

  // "1,284.50 USD". The letters stand for themselves: "$" is the sign of twenty currencies.
  money(minor: number, currency: string, decimals: number): string {
    const amount = this.amount(minor, decimals);
    const code = this.currency(currency);
    return code === '' ? amount : `${amount}${NO_BREAK}${code}`;
  }

  // share in 0..1; small shares keep one decimal so that "0 %" means none.
  percent(share: number): string {
    const digits = share !== 0 && Math.abs(share) < 0.1 ? 1 : 0;
    return new Intl.NumberFormat(this.locale, {
      style: 'percent',
      maximumFractionDigits: digits,
    }).format(share);
  }

  decimal(value: number, digits: number): string {
    return new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits }).format(value);
  }

  clock(time: string): string {
    return this.shifted(time, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  }

  clockMinutes(time: string): string {
    return this.shifted(time, { hour: '2-digit', minute: '2-digit' });
  }

  dayAndClock(time: string): string {
    return this.shifted(time, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  }

  // business_day is a date without a time: "2026-11-22".
  day(date: string): string {
    return this.utc(new Date(`${date}T00:00:00Z`), {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
    });
  }

  weekday(date: string): string {
    return this.utc(new Date(`${date}T00:00:00Z`), { weekday: 'long' });
  }

  isSameDay(one: string, other: string): boolean {
    const day = (time: string) => Math.floor(this.shift(time).getTime() / DAY_MS);
    return day(one) === day(other);
  }

  // "UTC+8", "UTC+5:30", "UTC".
  zone(): string {
    if (this.offsetMinutes === 0) return 'UTC';
    const size = Math.abs(this.offsetMinutes);
    const minutes = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
    return `UTC${this.offsetMinutes < 0 ? '\u2212' : '+'}${Math.floor(size / 60)}${minutes}`;
  }

  // Whole units only: "40 seconds ago" is as exact as a person needs.
  ago(then: string, now: string): string {
    const seconds = Math.max(0, (Date.parse(now) - Date.parse(then)) / SECOND_MS);
    const relative = new Intl.RelativeTimeFormat(this.locale, { numeric: 'auto' });
    if (seconds < 60) return relative.format(-Math.round(seconds), 'second');
    if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute');
    if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour');
    return relative.format(-Math.round(seconds / 86_400), 'day');
  }

  list(parts: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: 'conjunction' }).format(parts);
  }

  private shift(time: string): Date {
    return new Date(Date.parse(time) + this.offsetMinutes * MINUTE_MS);
  }

  private shifted(time: string, options: Intl.DateTimeFormatOptions): string {
    return this.utc(this.shift(time), { hourCycle: 'h23', ...options });
  }

  private utc(date: Date, options: Intl.DateTimeFormatOptions): string {
    if (Number.isNaN(date.getTime())) return '\u2013';
    return new Intl.DateTimeFormat(this.locale, { timeZone: 'UTC', ...options }).format(date);
  }
}

// "0:07", "12:30", "1:02:05" from milliseconds; negative offsets (a clock set back) keep their sign.
export function stopwatch(ms: number): string {
  const total = Math.floor(Math.abs(ms) / SECOND_MS);
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  const text = hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
  return ms <= -SECOND_MS ? `\u2212${text}` : text;
}

// Digits behind the point of a currency where HQ does not say: ISO 4217 as the browser knows it.
export function decimalsOf(currency: string): number {
  try {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    return options.maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
