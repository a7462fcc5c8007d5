export { AppModule } from './app.module.js';
export { createCheckoutApp } from './create-checkout-app.js';
export type { Confirmation, OrderDetails, OrderStatus } from './orders/order.js';
