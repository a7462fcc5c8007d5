export interface CheckoutSurroundings {
  /** Any free one unless given. */
  readonly port?: number;
  readonly paymentsUrl: string;
  readonly paymentsKey: string;
  readonly webhookSecret: string;
  readonly emailUrl: string;
  readonly emailKey: string;
  /** Without them, no page of a product and no basket. */
  readonly catalogUrl?: string;
  readonly inventoryUrl?: string;
  /** Without it, paid orders go nowhere. */
  readonly crmUrl?: string;
  readonly databaseFile: string;
  /** `memory:` unless given. */
  readonly storeUrl?: string;
}

/** The environment variables by which a checkout learns where it runs. */
export function checkoutEnvironment(around: CheckoutSurroundings): Record<string, string> {
  return {
    PORT: `${around.port ?? 0}`,
    PAYMENTS_URL: around.paymentsUrl,
    PAYMENTS_API_KEY: around.paymentsKey,
    PAYMENTS_WEBHOOK_SECRET: around.webhookSecret,
    EMAIL_URL: around.emailUrl,
    EMAIL_API_KEY: around.emailKey,
    // The account is known by one name to both.
    CATALOG_API_KEY: around.emailKey,
    INVENTORY_API_KEY: around.emailKey,
    CRM_API_KEY: around.emailKey,
    ...(around.catalogUrl !== undefined && { CATALOG_URL: `${around.catalogUrl}/graphql` }),
    ...(around.inventoryUrl !== undefined && { INVENTORY_URL: around.inventoryUrl }),
    ...(around.crmUrl !== undefined && { CRM_URL: around.crmUrl }),
    DATABASE_FILE: around.databaseFile,
    STORE_URL: around.storeUrl ?? 'memory:',
  };
}
