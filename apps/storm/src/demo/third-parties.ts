import { CatalogControl } from '../services/catalog-control.js';
import { CrmControl } from '../services/crm-control.js';
import { EmailControl } from '../services/email-control.js';
import { InventoryControl } from '../services/inventory-control.js';
import { PaymentsControl } from '../services/payments-control.js';
import { preferredPort } from '../services/preferred-port.js';
import type { ServiceControl } from '../services/service-control.js';
import type { ServiceGroup } from '../services/service-group.js';
import { PARTIES, type Party } from './sliders.js';

/** The third parties of the demo: where they are, and the handles by which they are made ill. */
export interface ThirdParties {
  readonly urls: Readonly<Record<Party, string>>;
  /** Where the inventory answers over gRPC. */
  readonly grpcUrl: string;
  readonly payments: PaymentsControl;
  readonly controls: Readonly<Record<Party, ServiceControl>>;
}

const PORTS: Readonly<Record<Party, number>> = {
  payments: 3001,
  email: 3002,
  catalog: 3003,
  inventory: 3004,
  crm: 3007,
};

export async function startThirdParties(services: ServiceGroup): Promise<ThirdParties> {
  const started = PARTIES.map(async (party) => {
    const { url } = await services.start({
      name: party,
      app: party,
      env: { PORT: `${await preferredPort(PORTS[party])}` },
    });
    return [party, url] as const;
  });
  const urls = Object.fromEntries(await Promise.all(started)) as Record<Party, string>;
  const payments = new PaymentsControl(urls.payments);
  const inventory = new InventoryControl(urls.inventory);
  const controls = {
    payments,
    inventory,
    email: new EmailControl(urls.email),
    catalog: new CatalogControl(urls.catalog),
    crm: new CrmControl(urls.crm),
  };
  return { urls, grpcUrl: await inventory.grpcUrl(), payments, controls };
}
