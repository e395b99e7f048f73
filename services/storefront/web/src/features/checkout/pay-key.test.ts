import { afterEach, describe, expect, it } from 'vitest';
import { dropPayKey, payKey } from './pay-key';

afterEach(() => sessionStorage.clear());

describe('the key of a payment', () => {
  it('stays the same while the same is agreed to, also after a reload', () => {
    const key = payKey('c1', 'total 100');
    expect(payKey('c1', 'total 100')).toBe(key);
    expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is another one for another agreement, checkout or review', () => {
    const key = payKey('c1', 'total 100');
    expect(payKey('c2', 'total 100')).not.toBe(key);
    expect(payKey('c1', 'total 101')).not.toBe(key);
    const again = payKey('c1', 'total 101');
    dropPayKey('c1');
    expect(payKey('c1', 'total 101')).not.toBe(again);
  });

  it('survives a broken memory and keeps nothing personal', () => {
    sessionStorage.setItem('localmart.pay.c1', '{broken');
    payKey('c1', 'ada@example.org, 1 Analytical Row');
    expect(sessionStorage.getItem('localmart.pay.c1')).not.toContain('Analytical');
  });
});
