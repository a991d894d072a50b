// Numbers, dates and sizes as the visitor's language writes them.

export class Format {
  constructor(locale) {
    this.locale = locale;
  }

  number(value, options) {
    return new Intl.NumberFormat(this.locale, options).format(value);
  }

  date(value, options) {
    return new Intl.DateTimeFormat(this.locale, options).format(new Date(value));
  }

  clock(value) {
    return this.date(value, { hour: 'numeric', minute: '2-digit' });
  }

  day(value) {
    return this.date(value, { weekday: 'long', day: 'numeric', month: 'long' });
  }

  // When somebody is there again: for today a clock is enough, for this week a day.
  moment(value) {
    const isToday = this.day(value) === this.day(Date.now());
    const isFar = new Date(value) - Date.now() > 6 * 864e5;
    const clock = { hour: 'numeric', minute: '2-digit' };
    const date = isFar && { day: 'numeric', month: 'long' };
    return this.date(value, isToday ? clock : { weekday: 'long', ...date, ...clock });
  }

  minutes(seconds) {
    const minutes = Math.max(1, Math.ceil(seconds / 60));
    return this.number(minutes, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
  }

  size(bytes) {
    const isLarge = bytes >= 1e6;
    const unit = isLarge ? 'megabyte' : 'kilobyte';
    const value = Math.max(1, bytes / (isLarge ? 1e6 : 1e3));
    // Short units stay Latin in Persian.
    const unitDisplay = this.locale === 'en' ? 'short' : 'long';
    return this.number(value, { style: 'unit', unit, unitDisplay, maximumFractionDigits: isLarge ? 1 : 0 });
  }
}

// A name in the midst of a sentence of the other direction stays in one piece (bidi isolates).
export const isolated = (name) => `\u2068${name}\u2069`;
