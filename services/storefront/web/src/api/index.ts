export { api, body } from './client';
export { explain } from './explain';
export { limits } from './limits.gen';
export {
  type FieldProblem,
  isAbsent,
  isPassing,
  LostReply,
  type ProblemCode,
  ProblemError,
  remedy,
} from './problem';
export type { components } from './schema.gen';
export { backOff } from './waits';
