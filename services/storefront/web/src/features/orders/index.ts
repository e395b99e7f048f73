export { orderQuery } from './api';
export { DonePage } from './ui/done-page';
export { OrderPage } from './ui/order-page';
