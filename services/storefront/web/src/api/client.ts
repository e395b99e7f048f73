import createClient from 'openapi-fetch';
import { LostReply, readProblem } from './problem';
import type { paths } from './schema.gen';
import { WAITS, type Wait } from './waits';

/** No request of the shop comes near this; a larger one is a mistake in the page. */
const BODY_LIMIT = 64 * 1024;

/** The one place that talks to the network: a bounded wait, and no answer but a success returns. */
async function send(request: Request, wait: Wait): Promise<Response> {
  if (request.body) {
    const size = (await request.clone().arrayBuffer()).byteLength;
    if (size > BODY_LIMIT) throw new RangeError(`A request body of ${size} bytes is never sent.`);
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(request, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(WAITS[wait])]),
    });
    text = await response.text();
  } catch (error) {
    // The page gave up on the call itself, for example by leaving: that is no failure to tell.
    if (request.signal.aborted) throw error;
    throw new LostReply(`${request.method} ${request.url}`, { cause: error });
  }
  if (!response.ok) throw readProblem(response.status, response.headers, text);
  return new Response(text, { status: response.status, headers: response.headers });
}

function client(wait: Wait) {
  return createClient<paths>({
    baseUrl: location.origin,
    fetch: (request) => send(request, wait),
  });
}

/** The API, one client for each time the page is ready to wait. Failures reject. */
export const api = {
  core: client('core'),
  side: client('side'),
  write: client('write'),
  pay: client('pay'),
};

/** The body of a call that can only succeed, since `send` rejects otherwise. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new LostReply('The answer has no body.');
  return data;
}
