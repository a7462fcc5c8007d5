import { ApiKeys, shape, text } from '@breakwater/faults';
import { Body, Controller, Delete, HttpCode, Put } from '@nestjs/common';
import * as v from 'valibot';

/** The body of `PUT /keys`: the only keys that a merchant has from now on. */
export const keysRequest = shape({ merchant: text(200), keys: v.array(text(200)) });

type KeysRequest = v.InferOutput<typeof keysRequest>;

/** Rotates the API keys of a merchant, as the provider's own dashboard would. */
@Controller('keys')
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Put()
  @HttpCode(204)
  accept(@Body({ schema: keysRequest }) { merchant, keys }: KeysRequest): void {
    this.keys.accept(merchant, keys);
  }

  /** Takes any key of any merchant again. */
  @Delete()
  @HttpCode(204)
  acceptAll(): void {
    this.keys.acceptAll();
  }
}
