import { setupServer } from 'msw/node';

/** The API of unit tests. A request that no test announced is an error. */
export const server = setupServer();
