import type { components, paths as generated } from './schema.gen';

type Cart = components['schemas']['Cart'];

/** A code that a basket carries; `reason` says why it takes nothing off now. */
export interface GivenCode {
  code: string;
  title: string;
  applied: boolean;
  reason?: string | null;
}

/** A code that counts. */
export interface AppliedCode {
  code: string;
  title: string;
}

/** What carries codes, none or one. */
export type With<Whole, Code> = Whole & { discount_codes?: Code[] };

interface Changes<Path> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  responses: { 200: { headers: object; content: { 'application/json': With<Cart, GivenCode> } } };
}

interface CodePaths {
  '/api/v1/carts/{id}/discount-codes': {
    post: Changes<{ id: string }> & {
      requestBody: { content: { 'application/json': { code: string } } };
    };
  };
  '/api/v1/carts/{id}/discount-codes/{code}': {
    delete: Changes<{ id: string; code: string }> & { requestBody?: never };
  };
}

/** The API with the calls that `schema.gen.ts` does not have yet. */
export type paths = generated & CodePaths;
