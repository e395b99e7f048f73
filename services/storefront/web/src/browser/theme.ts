import { lasting } from './storage';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'localmart.theme';

export function savedTheme(): Theme {
  const saved = lasting.get(KEY);
  return THEMES.find((theme) => theme === saved) ?? 'auto';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function saveTheme(theme: Theme): void {
  lasting.set(KEY, theme);
  applyTheme(theme);
}
