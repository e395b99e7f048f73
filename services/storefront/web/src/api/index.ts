export { api, body } from './client';
export { explain } from './explain';
export { limits } from './limits.gen';
export {
  isAbsent,
  isPassing,
  LostReply,
  type ProblemCode,
  ProblemError,
  remedy,
} from './problem';
export type { components, paths } from './schema.gen';
export { backOff } from './waits';
