const LOCALE = 'en-IE';
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });
const time = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', day: 'numeric', month: 'short' });

/** Date and time in the visitor's zone. */
export function showMoment(at: string): string {
  return moment.format(new Date(at));
}

export function showTime(at: string): string {
  return time.format(new Date(at));
}

export function showClock(at: string): string {
  return clock.format(new Date(at));
}

/** "Mon 3 Mar – Wed 5 Mar", counted in days from now. */
export function showDayRange(now: Date, minDays: number, maxDays: number): string {
  const after = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 12);
  return day.formatRange(after(minDays), after(maxDays));
}
