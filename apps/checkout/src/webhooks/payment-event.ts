/** The body of a webhook from payments. Only `charge.succeeded` is known to have a charge. */
export interface PaymentEvent {
  readonly type?: string;
  readonly data?: { readonly object?: { readonly reference?: string } };
}
