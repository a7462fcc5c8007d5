import { Body, Controller, Delete, Get, Put } from '@nestjs/common';
import { type FaultSet, faultSet } from './fault-set.js';
import { Faults, type FaultsReport } from './faults.service.js';

@Controller('faults')
export class FaultsController {
  constructor(private readonly faults: Faults) {}

  @Get()
  report(): FaultsReport {
    return this.faults.report();
  }

  /** Replaces the active faults. */
  @Put()
  activate(@Body({ schema: faultSet }) faults: FaultSet): FaultsReport {
    this.faults.activate(faults);
    return this.faults.report();
  }

  /** Back to calm. */
  @Delete()
  calm(): FaultsReport {
    return this.activate({});
  }
}
