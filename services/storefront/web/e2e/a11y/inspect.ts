import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from '../fixtures/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const THEMES = ['light', 'dark'] as const;
export const SIZES = [
  { width: 320, height: 640 },
  { width: 1280, height: 800 },
];

/** Looks at a page that stands still: no violation, no sideways scrolling, and a picture of it. */
export async function inspect(page: Page, name: string, variant: string): Promise<void> {
  await page.waitForFunction(async () => {
    await document.fonts.ready;
    // Inside a closed `details` nothing moves, and no animation ever ends.
    const seen = document.getAnimations().filter(({ effect }) => {
      return effect instanceof KeyframeEffect && effect.target?.checkVisibility();
    });
    await Promise.all(seen.map((animation) => animation.finished));
    return document.querySelector('.skeleton') === null;
  });
  await page.screenshot({
    path: `test-results/screenshots/${name}-${variant}.png`,
    fullPage: (await page.locator('dialog:modal').count()) === 0,
  });
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`,
  );
  expect.soft(found, `${name} ${variant}`).toEqual([]);
  const [needed, given] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect.soft(needed, `${name} ${variant} scrolls sideways`).toBeLessThanOrEqual(given ?? 0);
}
