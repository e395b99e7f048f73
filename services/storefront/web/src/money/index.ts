export { type Money, parts, same, show } from './money';
