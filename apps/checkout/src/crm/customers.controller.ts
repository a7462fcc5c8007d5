import { Controller, Get, Param } from '@nestjs/common';
import { CrmClient, type Customer } from './crm.client.js';

@Controller('customers')
export class CustomersController {
  constructor(private readonly crm: CrmClient) {}

  @Get(':id')
  customer(@Param('id') id: string): Promise<Customer> {
    return this.crm.customer(id);
  }
}
