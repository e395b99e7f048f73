import { describe, expect, it, vi } from 'vitest';
import { ProblemError } from '~/api';
import { placed } from './server-errors';

function refused(...pointers: string[]) {
  const fields = pointers.map((pointer) => ({ pointer, code: 'c', detail: `no ${pointer}` }));
  return new ProblemError(422, 'validation_failed', '', fields, 'abc', null, {});
}

describe('what the server refused', () => {
  it('goes to its fields, and what has none to the summary', () => {
    const put = vi.fn();
    const rest = placed(refused('/email', '/nowhere'), { '/email': 'email' }, put);
    expect(put).toHaveBeenCalledWith('email', 'no /email');
    expect(rest).toMatchObject({ fields: [{ pointer: '/nowhere' }], traceId: 'abc' });
  });

  it('leaves nothing for the summary when every field is here', () => {
    expect(placed(refused('/email'), { '/email': 'email' }, vi.fn())).toBeNull();
  });

  it('that is no matter of fields stays whole', () => {
    const error = new Error('lost');
    expect(placed(error, {}, vi.fn())).toBe(error);
  });
});
