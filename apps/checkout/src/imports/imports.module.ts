import { Module } from '@nestjs/common';
import { ImportsController } from './imports.controller.js';

/** Imports of tenants, in the queue of the shop's own orders. */
@Module({ controllers: [ImportsController] })
export class ImportsModule {}
