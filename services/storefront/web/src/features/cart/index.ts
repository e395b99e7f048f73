export { basket, useBasket, watchBasket } from './basket';
export { closeBasketSheet, openBasketSheet, useBasketSheet } from './sheet-state';
export { BasketPage } from './ui/basket-page';
export { BasketSheet } from './ui/basket-sheet';
