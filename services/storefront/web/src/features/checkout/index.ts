export { checkoutQuery } from './api';
export { CheckoutButton } from './ui/checkout-button';
export { CheckoutFrame } from './ui/checkout-frame';
export { ContactStep } from './ui/contact-step';
export { DeliveryStep } from './ui/delivery-step';
export { PaymentStep } from './ui/payment-step';
export { ReviewStep } from './ui/review-step';
