import type { ProblemError } from '~/api';

/** A line of which there is not enough. */
export interface ShortLine {
  variant_id: string;
  title: string;
  requested: number;
  left: number;
}

function isShortLine(value: unknown): value is ShortLine {
  return typeof value === 'object' && value !== null && 'title' in value && 'left' in value;
}

/** Lines that are short, from an out_of_stock answer. */
export function shortLines(error: ProblemError): ShortLine[] {
  const { lines } = error.extra;
  return Array.isArray(lines) ? lines.filter(isShortLine) : [];
}
