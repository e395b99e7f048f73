import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyTheme, savedTheme, saveTheme } from './theme';

afterEach(() => {
  localStorage.clear();
  applyTheme('auto');
});

describe('the theme', () => {
  it('is the device’s until one is chosen, and is remembered then', () => {
    expect(savedTheme()).toBe('auto');
    saveTheme('dark');
    expect(savedTheme()).toBe('dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
    saveTheme('auto');
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });

  it('is the device’s when what is remembered makes no sense or cannot be read', () => {
    localStorage.setItem('localmart.theme', 'plaid');
    expect(savedTheme()).toBe('auto');
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('refused', 'SecurityError');
    });
    expect(savedTheme()).toBe('auto');
  });
});
