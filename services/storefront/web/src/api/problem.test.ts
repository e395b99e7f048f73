import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { t } from '~/text';
import { explain } from './explain';
import {
  isAbsent,
  isPassing,
  LostReply,
  PROBLEM_CODES,
  ProblemError,
  readProblem,
  remedy,
} from './problem';

function read(status: number, body: unknown, headers: Record<string, string> = {}) {
  return readProblem(status, new Headers(headers), JSON.stringify(body));
}

describe('an answer that is no success', () => {
  it.each(PROBLEM_CODES)('keeps the code %s and has words and a remedy for it', (code) => {
    const error = read(400, { code, detail: 'why', trace_id: 'abc' });
    expect(error).toMatchObject({ code, detail: 'why', traceId: 'abc' });
    expect(explain(error)).toEqual({
      message: t(`problem.${code}`),
      reference: `code ${code} · trace abc`,
    });
    expect(explain(error).message).not.toBe('');
    expect(remedy(code)).toBeTruthy();
  });

  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [413, 'payload_too_large'],
    [429, 'rate_limited'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'timeout'],
    [500, 'internal'],
    [418, 'internal'],
  ] as const)('with state %d and no problem in it counts as %s', (status, code) => {
    expect(readProblem(status, new Headers(), '<html>Bad gateway</html>').code).toBe(code);
    expect(read(status, { code: 'of_another_shop' }).code).toBe(code);
  });

  it('has fields, retry time and extra members', () => {
    const error = read(
      422,
      { code: 'validation_failed', errors: [{ pointer: '/qty', detail: 'too many' }, 7], left: 3 },
      { 'retry-after': '2' },
    );
    expect(error.fields).toEqual([{ pointer: '/qty', detail: 'too many' }]);
    expect(error.retryAfter).toBe(2);
    expect(error.extra.left).toBe(3);
  });

  it('takes the trace from the response header when the body has none', () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceresponse: `00-${trace}-00f067aa0ba902b7-01` };
    expect(read(500, {}, headers).traceId).toBe(trace);
  });

  it('is read whatever the body is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.string(), (status, text) => {
        expect(readProblem(status, new Headers(), text)).toBeInstanceOf(ProblemError);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.jsonValue(), (status, body) => {
        expect(PROBLEM_CODES).toContain(read(status, body).code);
      }),
    );
  });
});

describe('what may pass', () => {
  it('is a lost reply or a server that asks for a moment', () => {
    expect(isPassing(new LostReply('gone'))).toBe(true);
    expect(isPassing(read(503, { code: 'unavailable' }))).toBe(true);
    expect(isPassing(read(409, { code: 'idempotency_in_progress' }))).toBe(true);
    expect(isPassing(read(422, { code: 'validation_failed' }))).toBe(false);
    expect(isPassing(new TypeError('a bug'))).toBe(false);
  });

  it('is not what does not exist', () => {
    expect(isAbsent(read(404, { code: 'not_found' }))).toBe(true);
    expect(isAbsent(read(503, { code: 'unavailable' }))).toBe(false);
  });
});
