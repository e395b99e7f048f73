import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

const THEMES = { light: 0, dark: 1 } as const;
type Theme = keyof typeof THEMES;

/** The colour of a token in a theme, as red, green and blue. */
function colour(token: string, theme: Theme): number[] {
  const value = new RegExp(`--${token}: ([^;]+);`).exec(css)?.[1] ?? '';
  const hexes = value.match(/#[0-9a-f]{6}/g) ?? [];
  const hex = hexes[THEMES[theme]] ?? hexes[0];
  if (!hex) throw new Error(`tokens.css has no colour ${token}`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** Relative luminance, WCAG 2.2. */
function luminance(rgb: number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio, WCAG 2.2. */
function contrast(one: string, other: string, theme: Theme): number {
  const [dark = 0, light = 0] = [one, other]
    .map((token) => luminance(colour(token, theme)))
    .sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ['paper', 'card', 'sunk'];
/** Text against its grounds: 4.5 (1.4.3). */
const TEXTS: [string, string[]][] = [
  ['ink', GROUNDS],
  ['ink-2', GROUNDS],
  ['ink-3', GROUNDS],
  ['awning', [...GROUNDS, 'awning-tint']],
  ['awning-hover', GROUNDS],
  ['on-awning', ['awning', 'awning-hover']],
  ['tag-ink', ['tag']],
  ['tomato', [...GROUNDS, 'tomato-tint']],
  ['on-tomato', ['tomato']],
  ['amber', [...GROUNDS, 'amber-tint']],
  ['blue', [...GROUNDS, 'blue-tint']],
  ['ink', ['tomato-tint', 'amber-tint', 'blue-tint', 'awning-tint']],
];
/** Edges of controls and the focus ring: 3 (1.4.11). */
const SHAPES = ['edge', 'focus'];

describe.each(Object.keys(THEMES) as Theme[])('%s', (theme) => {
  const pairs = TEXTS.flatMap(([text, grounds]) =>
    grounds.map((ground) => [text, ground] as const),
  );

  it.each(pairs)('%s can be read on %s', (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES.flatMap((shape) => GROUNDS.map((ground) => [shape, ground] as const)))(
    '%s can be told from %s',
    (shape, ground) => {
      expect(contrast(shape, ground, theme)).toBeGreaterThanOrEqual(3);
    },
  );
});
