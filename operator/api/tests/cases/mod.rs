//! Specs that meet and break the schema's rules. The tests of this crate evaluate them offline, the
//! operator's cluster tests send them to a real API server.

/// Specs that every rule must let pass.
pub const GOOD: &[&str] = &[
    "{secrets: {rotation: {period: 720h}}}",
    "{secrets: {rotation: {period: 30d}}}",
    "{}",
    "{ingress: {host: localmart.localhost}, sampleData: Enabled}",
    "{version: 0.1.0}",
    "{version: 1.20.3-rc.1}",
    "{images: {registry: 'registry.example.org:5000/shop/a_b', pullPolicy: Never}}",
    "{images: {registry: ghcr.io}}",
    "{services: {catalog: {replicas: 3, image: 'registry.example.org/shop/Catalog:1.2@sha256:abc'}}}",
    "{services: {catalog: {autoscaling: {minReplicas: 2, maxReplicas: 6}}}}",
    "{services: {catalog: {autoscaling: {minReplicas: 3, maxReplicas: 3, targetCPUUtilization: 50}}}}",
    "{services: {cart: {podTemplate: {metadata: {labels: {a: b}}, spec: {any: [{thing: 1}]}}}}}",
    "{services: {cart: {resources: {requests: {cpu: 1, memory: 64Mi}, limits: {cpu: 1500m, memory: 0.5Gi}}}}}",
    "{services: {cart: {resources: {requests: {cpu: 250m}}}}}",
    "{services: {orders: {env: [{name: RUST_BACKTRACE, value: '1'}, {name: _x}]}}}",
    "{services: {orders: {env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: B, valueFrom: {configMapKeyRef: {name: s, key: k}}}]}}}",
    "{postgres: {}}",
    "{postgres: {managed: {version: '15', storage: {size: 10Gi, className: fast}, parameters: {shared_buffers: 128MB, pg_stat_statements.track: all}}}}",
    "{postgres: {external: {host: db.example.org, port: 5433, database: shop_1, adminSecretRef: {name: admin}}}}",
    "{postgres: {external: {host: '2001:db8::1', adminSecretRef: {name: admin}}}}",
    "{redis: {managed: {maxMemory: 64Mi, storage: {size: 2Gi}}}}",
    "{postgres: {layout: Shared}}",
    "{postgres: {layout: PerService}}",
    "{postgres: {layout: PerService, external: {host: db, database: a2345678901234567890123456789012345678901234567890, adminSecretRef: {name: a}}}}",
    "{postgres: {layout: Shared, external: {host: db, database: a23456789012345678901234567890123456789012345678901, adminSecretRef: {name: a}}}}",
    "{postgres: {external: {host: db, adminSecretRef: {name: a}, sslMode: Require}}}",
    "{postgres: {external: {host: db, adminSecretRef: {name: a}, sslMode: VerifyFull, caSecretRef: {name: ca}}}}",
    "{redis: {}}",
    "{redis: {external: {urlSecretRef: {name: redis-admin}}}}",
    "{ingress: {host: localhost}}",
    "{ingress: {host: xn--caf-dma.example.org, className: traefik, annotations: {a.b/c: d}}}",
    "{ingress: {host: a.b, tls: {secretName: shop-tls}}}",
    "{ingress: {host: a.b, tls: {issuerRef: {name: letsencrypt, kind: ClusterIssuer}}}}",
    "{ingress: {host: a.b, tls: {selfSigned: {}}}}",
    "{gateway: {parentRefs: [{name: public}]}}",
    "{ingress: {host: a.b}, gateway: {parentRefs: [{name: public, namespace: infra, sectionName: https, port: 443}, {name: public, namespace: infra, sectionName: http}, {name: public}], hostnames: [shop.example.org, '*.example.org', localhost]}}",
    "{observability: {logLevel: debug}}",
    "{observability: {logLevel: 'info,catalog::store=debug,off'}}",
    "{storefront: {title: 'Corner Shop', currency: SEK}}",
    "{networkPolicy: Enabled}",
    "{networkPolicy: Disabled}",
    "{migrations: {policy: Manual, timeoutSeconds: 60, retries: 0}}",
    "{suspend: true, deletionPolicy: Delete}",
];

/// A spec that breaks exactly one rule, and a part of that rule's message.
pub const BAD: &[(&str, &str)] = &[
    (
        "{secrets: {rotation: {period: 90m}}}",
        "secrets.rotation.period",
    ),
    ("{version: v0.1.0}", "semantic version"),
    ("{version: '1.2'}", "semantic version"),
    ("{version: 1.2.3-}", "semantic version"),
    (
        "{images: {registry: 'https://registry.example.org'}}",
        "images.registry",
    ),
    (
        "{images: {registry: registry.example.org/}}",
        "images.registry",
    ),
    (
        "{services: {catalog: {image: 'docker://shop/catalog'}}}",
        "image reference",
    ),
    ("{services: {catalog: {image: 'a b'}}}", "image reference"),
    ("{postgres: {managed: {image: ''}}}", "image reference"),
    ("{redis: {managed: {image: ':x'}}}", "image reference"),
    (
        "{services: {catalog: {replicas: 1, autoscaling: {minReplicas: 1, maxReplicas: 2}}}}",
        "choose replicas or autoscaling",
    ),
    (
        "{services: {catalog: {autoscaling: {minReplicas: 3, maxReplicas: 2}}}}",
        "minReplicas must not be above",
    ),
    (
        "{services: {cart: {resources: {requests: {cpu: lots}}}}}",
        "cpu must be a quantity",
    ),
    (
        "{services: {cart: {resources: {limits: {memory: 0}}}}}",
        "memory must be a quantity",
    ),
    (
        "{services: {cart: {resources: {requests: {cpu: 2}, limits: {cpu: 500m}}}}}",
        "requests.cpu must not be above",
    ),
    (
        "{services: {cart: {resources: {requests: {memory: 1Gi}, limits: {memory: 1G}}}}}",
        "requests.memory must not be above",
    ),
    (
        "{services: {orders: {env: [{name: A, value: b, valueFrom: {secretKeyRef: {name: s, key: k}}}]}}}",
        "either value or valueFrom",
    ),
    (
        "{services: {orders: {env: [{name: A, valueFrom: {}}]}}}",
        "exactly one of secretKeyRef",
    ),
    (
        "{services: {orders: {env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}, configMapKeyRef: {name: s, key: k}}}]}}}",
        "exactly one of secretKeyRef",
    ),
    (
        "{services: {orders: {env: [{name: 1A}]}}}",
        "env names must begin",
    ),
    (
        "{services: {orders: {env: [{name: DATABASE_HOST, value: x}]}}}",
        "the operator sets itself",
    ),
    (
        "{services: {orders: {env: [{name: CATALOG_URL, value: x}]}}}",
        "the operator sets itself",
    ),
    (
        "{postgres: {managed: {}, external: {host: db, adminSecretRef: {name: a}}}}",
        "choose one database",
    ),
    (
        "{postgres: {layout: PerService, external: {host: db, database: a23456789012345678901234567890123456789012345678901, adminSecretRef: {name: a}}}}",
        "at most 50 characters",
    ),
    (
        "{postgres: {external: {host: db, adminSecretRef: {name: a}, caSecretRef: {name: ca}}}}",
        "with sslMode VerifyFull only",
    ),
    (
        "{postgres: {external: {host: db, adminSecretRef: {name: a}, sslMode: Require, caSecretRef: {name: ca}}}}",
        "with sslMode VerifyFull only",
    ),
    (
        "{redis: {managed: {}, external: {urlSecretRef: {name: a}}}}",
        "choose one Redis",
    ),
    ("{postgres: {managed: {version: '15.2'}}}", "major version"),
    (
        "{postgres: {managed: {parameters: {'shared-buffers': 1MB}}}}",
        "named like server settings",
    ),
    (
        "{postgres: {managed: {parameters: {max_connections: '10'}}}}",
        "what the operator decides",
    ),
    (
        "{postgres: {managed: {storage: {size: large}}}}",
        "storage.size must be a quantity",
    ),
    (
        "{redis: {managed: {storage: {size: '0'}}}}",
        "storage.size must be a quantity",
    ),
    (
        "{postgres: {external: {host: 'postgres://db', adminSecretRef: {name: a}}}}",
        "postgres.external.host",
    ),
    (
        "{postgres: {external: {host: db, database: My-Shop, adminSecretRef: {name: a}}}}",
        "postgres.external.database",
    ),
    (
        "{redis: {managed: {maxMemory: much}}}",
        "maxMemory must be a quantity",
    ),
    (
        "{ingress: {host: 'http://localmart.localhost'}}",
        "DNS name such as",
    ),
    (
        "{ingress: {host: 'shop.example.org:80'}}",
        "DNS name such as",
    ),
    ("{ingress: {host: '*.example.org'}}", "DNS name such as"),
    ("{ingress: {host: Shop.example.org}}", "DNS name such as"),
    ("{ingress: {host: shop..org}}", "DNS name such as"),
    ("{ingress: {host: 127.0.0.1}}", "not an address"),
    (
        "{ingress: {host: a.b, tls: {}}}",
        "exactly one of secretName",
    ),
    (
        "{ingress: {host: a.b, tls: {secretName: s, selfSigned: {}}}}",
        "exactly one of secretName",
    ),
    (
        "{gateway: {parentRefs: [{name: Public}]}}",
        "gateway.parentRefs name must",
    ),
    (
        "{gateway: {parentRefs: [{name: a, namespace: in.fra}]}}",
        "gateway.parentRefs namespace must",
    ),
    (
        "{gateway: {parentRefs: [{name: a, sectionName: -https}]}}",
        "gateway.parentRefs sectionName must",
    ),
    (
        "{gateway: {parentRefs: [{name: a}, {name: a, sectionName: https}]}}",
        "each name another listener",
    ),
    (
        "{gateway: {parentRefs: [{name: a, sectionName: b, port: 80}, {name: a, sectionName: b, port: 81}]}}",
        "each name another listener",
    ),
    (
        "{gateway: {parentRefs: [{name: a, namespace: n}, {name: b}, {name: a, namespace: n}]}}",
        "each name another listener",
    ),
    (
        "{gateway: {parentRefs: [{name: a}], hostnames: ['https://a.b']}}",
        "gateway.hostnames must be DNS names such as",
    ),
    (
        "{gateway: {parentRefs: [{name: a}], hostnames: [a.b, 'a.*.b']}}",
        "gateway.hostnames must be DNS names such as",
    ),
    (
        "{gateway: {parentRefs: [{name: a}], hostnames: ['*']}}",
        "gateway.hostnames must be DNS names such as",
    ),
    (
        "{gateway: {parentRefs: [{name: a}], hostnames: [192.0.2.7]}}",
        "not addresses",
    ),
    (
        "{observability: {logLevel: loud}}",
        "observability.logLevel",
    ),
    (
        "{observability: {logLevel: 'info,'}}",
        "observability.logLevel",
    ),
    ("{storefront: {currency: euro}}", "ISO 4217"),
];

/// Old spec, new spec, and a part of the message; `None` when the change is allowed.
pub const CHANGES: &[(&str, &str, Option<&str>)] = &[
    (
        "{}",
        "{postgres: {external: {host: db, adminSecretRef: {name: a}}}}",
        Some("between managed and external"),
    ),
    (
        "{postgres: {external: {host: db, adminSecretRef: {name: a}}}}",
        "{}",
        Some("between managed and external"),
    ),
    (
        "{postgres: {external: {host: db, adminSecretRef: {name: a}}}}",
        "{postgres: {managed: {}}}",
        Some("between managed and external"),
    ),
    (
        "{postgres: {external: {host: db, adminSecretRef: {name: a}}}}",
        "{postgres: {external: {host: db2, adminSecretRef: {name: a}}}}",
        None,
    ),
    ("{}", "{postgres: {managed: {}}}", None),
    (
        "{}",
        "{postgres: {layout: PerService}}",
        Some("postgres.layout cannot change"),
    ),
    (
        "{postgres: {managed: {}}}",
        "{postgres: {managed: {}, layout: PerService}}",
        Some("postgres.layout cannot change"),
    ),
    (
        "{postgres: {layout: PerService}}",
        "{}",
        Some("postgres.layout cannot change"),
    ),
    (
        "{postgres: {layout: PerService}}",
        "{postgres: {layout: Shared}}",
        Some("postgres.layout cannot change"),
    ),
    ("{postgres: {layout: Shared}}", "{}", None),
    ("{}", "{postgres: {layout: Shared}}", None),
    (
        "{postgres: {layout: PerService}}",
        "{postgres: {layout: PerService, managed: {}}}",
        None,
    ),
    (
        "{}",
        "{redis: {external: {urlSecretRef: {name: a}}}}",
        Some("redis cannot change between managed and external"),
    ),
    (
        "{redis: {external: {urlSecretRef: {name: a}}}}",
        "{}",
        Some("redis cannot change between managed and external"),
    ),
    (
        "{redis: {external: {urlSecretRef: {name: a}}}}",
        "{redis: {managed: {}}}",
        Some("redis cannot change between managed and external"),
    ),
    (
        "{redis: {external: {urlSecretRef: {name: a}}}}",
        "{redis: {external: {urlSecretRef: {name: b}}}}",
        None,
    ),
    ("{redis: {managed: {}}}", "{redis: {}}", None),
    (
        "{postgres: {managed: {version: '15'}}}",
        "{postgres: {managed: {version: '17'}}}",
        Some("cannot change in place"),
    ),
    (
        "{postgres: {managed: {version: '15'}}}",
        "{postgres: {managed: {version: '15'}}}",
        None,
    ),
    ("{postgres: {managed: {version: '15'}}}", "{}", None),
    ("{}", "{postgres: {managed: {version: '15'}}}", None),
    (
        "{}",
        "{postgres: {managed: {storage: {size: 1Gi}}}}",
        Some("postgres.managed.storage.size must not shrink"),
    ),
    (
        "{postgres: {managed: {storage: {size: 10Gi}}}}",
        "{postgres: {managed: {storage: {size: 9Gi}}}}",
        Some("postgres.managed.storage.size must not shrink"),
    ),
    (
        "{postgres: {managed: {storage: {size: 10Gi}}}}",
        "{}",
        Some("postgres.managed.storage.size must not shrink"),
    ),
    (
        "{postgres: {managed: {storage: {size: 10Gi}}}}",
        "{postgres: {managed: {storage: {size: 10240Mi}}}}",
        None,
    ),
    ("{}", "{postgres: {managed: {storage: {size: 3Gi}}}}", None),
    (
        "{}",
        "{redis: {managed: {storage: {size: 512Mi}}}}",
        Some("redis.managed.storage.size must not shrink"),
    ),
    (
        "{redis: {managed: {storage: {size: 2Gi}}}}",
        "{redis: {managed: {storage: {size: 4Gi}}}}",
        None,
    ),
    (
        "{redis: {managed: {storage: {className: a}}}}",
        "{redis: {managed: {storage: {className: b}}}}",
        Some("storage.className cannot change"),
    ),
    (
        "{redis: {managed: {storage: {className: a}}}}",
        "{redis: {managed: {storage: {}}}}",
        Some("storage.className cannot change"),
    ),
    (
        "{redis: {managed: {storage: {className: a}}}}",
        "{redis: {managed: {storage: {className: a, size: 4Gi}}}}",
        None,
    ),
    (
        "{postgres: {managed: {storage: {className: a}}}}",
        "{}",
        Some("storage.className cannot change"),
    ),
    (
        "{redis: {managed: {}}}",
        "{redis: {managed: {storage: {className: a}}}}",
        Some("storage.className cannot change"),
    ),
    (
        "{services: {catalog: {replicas: 2}}}",
        "{services: {catalog: {autoscaling: {minReplicas: 1, maxReplicas: 2}}}}",
        None,
    ),
    (
        "{sampleData: Enabled}",
        "{sampleData: Disabled, suspend: true}",
        None,
    ),
];

/// Names of a LocalMart, and whether they may be given.
pub const NAMES: &[(&str, bool)] = &[
    ("localmart", true),
    ("a", true),
    ("a-1", true),
    ("a234567890123456789012345678901234567890", true),
    ("a2345678901234567890123456789012345678901", false),
    ("1shop", false),
    ("shop-", false),
    ("shop.eu", false),
];
