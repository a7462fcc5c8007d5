/** The address under which the inventory serves gRPC. */
export const GRPC_URL = Symbol('GrpcUrl');
