export {
  categoriesQuery,
  listQuery,
  newestRow,
  type Product,
  productQuery,
  SORTS,
  type Sort,
  smallestRow,
  type Variant,
} from './api';
export { topLevel } from './model';
export { HomePage } from './ui/home-page';
export { CategoryPage, SearchPage } from './ui/list-pages';
export { ProductPage } from './ui/product-page';
