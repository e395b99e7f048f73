import type { components } from './schema.gen';

/** Every `code` that a problem+json answer can carry. The set is closed and comes from the API. */
export type ProblemCode = components['schemas']['ProblemCode'];

/** The codes at run time. A code that the API adds or drops does not compile until it is so here. */
const CODES: Record<ProblemCode, true> = {
  validation_failed: true,
  unauthenticated: true,
  forbidden: true,
  not_found: true,
  method_not_allowed: true,
  cart_version_conflict: true,
  cart_closed: true,
  cart_changed: true,
  price_changed: true,
  out_of_stock: true,
  discount_code_refused: true,
  reservation_expired: true,
  invalid_state: true,
  payment_declined: true,
  idempotency_in_progress: true,
  idempotency_key_reused: true,
  idempotency_key_required: true,
  payload_too_large: true,
  unsupported_media_type: true,
  rate_limited: true,
  timeout: true,
  unavailable: true,
  internal: true,
};
export const PROBLEM_CODES = Object.keys(CODES) as ProblemCode[];

/** One refused field of a body; `pointer` is a JSON pointer such as `/address/postcode`. */
export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
}

/** An answer that is not a success, as the server put it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    readonly detail: string,
    readonly fields: readonly FieldProblem[],
    readonly traceId: string | null,
    /** Seconds after which the server asks to be asked again. */
    readonly retryAfter: number | null,
    /** Members beyond the standard ones, for example `lines` of out_of_stock. */
    readonly extra: Readonly<Record<string, unknown>>,
  ) {
    super(`${status} ${code}: ${detail}`);
  }
}

/** No answer: the connection failed, or the wait ran out. What the server did is not known. */
export class LostReply extends Error {
  override readonly name = 'LostReply';
}

/** A code for an answer whose body is not a problem, for example from a proxy on the way. */
function codeForStatus(status: number): ProblemCode {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 413:
      return 'payload_too_large';
    case 429:
      return 'rate_limited';
    case 504:
      return 'timeout';
    case 502:
    case 503:
      return 'unavailable';
    default:
      return 'internal';
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.pointer === 'string' && typeof value.detail === 'string';
}

/** Reads an answer that is not a success. Never throws, whatever the body is. */
export function readProblem(status: number, headers: Headers, text: string): ProblemError {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed)) body = parsed;
  } catch {
    // Not JSON: the status alone has to do.
  }
  const code = PROBLEM_CODES.find((known) => known === body.code) ?? codeForStatus(status);
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  return new ProblemError(
    status,
    code,
    typeof body.detail === 'string' ? body.detail : '',
    Array.isArray(body.errors) ? body.errors.filter(isFieldProblem) : [],
    typeof body.trace_id === 'string'
      ? body.trace_id
      : (headers.get('traceresponse')?.split('-')[1] ?? null),
    Number.isFinite(retryAfter) ? retryAfter : null,
    body,
  );
}

/** Where a problem belongs on the page and what the page does about it. */
export type Remedy =
  /** Shown at the fields that the answer points to. */
  | 'fields'
  /** Asked again after a pause, without the visitor. */
  | 'retry'
  /** The server's newer state is taken and shown. */
  | 'refresh'
  /** The visitor has to choose: other quantity, other card, new price. */
  | 'decide'
  /** Nothing of that name exists for this visitor. */
  | 'absent'
  /** Told, with the trace id. */
  | 'tell';

/** What to do about each code. Exhaustive: a new code does not compile until it is placed. */
export function remedy(code: ProblemCode): Remedy {
  switch (code) {
    case 'validation_failed':
      return 'fields';
    case 'idempotency_in_progress':
    case 'rate_limited':
    case 'timeout':
    case 'unavailable':
    case 'internal':
      return 'retry';
    case 'cart_version_conflict':
    case 'cart_closed':
    case 'cart_changed':
    case 'reservation_expired':
    case 'invalid_state':
    case 'idempotency_key_reused':
      return 'refresh';
    case 'price_changed':
    case 'out_of_stock':
    case 'discount_code_refused':
    case 'payment_declined':
      return 'decide';
    case 'not_found':
      return 'absent';
    case 'unauthenticated':
    case 'forbidden':
    case 'method_not_allowed':
    case 'idempotency_key_required':
    case 'payload_too_large':
    case 'unsupported_media_type':
      return 'tell';
  }
}

/** Whether the same request may well succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof LostReply || (error instanceof ProblemError && remedy(error.code) === 'retry')
  );
}

export function isAbsent(error: unknown): boolean {
  return error instanceof ProblemError && remedy(error.code) === 'absent';
}
