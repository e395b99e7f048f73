import { ProblemError } from '~/api';

/**
 * Puts what the server refused at the fields it points to. Returns what has no field here and
 * belongs in the summary; null when every refusal found its field.
 */
export function placed<Field extends string>(
  error: unknown,
  pointers: Record<string, Field>,
  put: (field: Field, message: string) => void,
): unknown {
  if (!(error instanceof ProblemError) || error.fields.length === 0) return error;
  const homeless = error.fields.filter(({ pointer, detail }) => {
    const field = pointers[pointer];
    if (field === undefined) return true;
    put(field, detail);
    return false;
  });
  if (homeless.length === 0) return null;
  const { status, code, detail, traceId, retryAfter, extra } = error;
  return new ProblemError(status, code, detail, homeless, traceId, retryAfter, extra);
}
