// Written from `shared/src/console.rs` by `ASIDE_UPDATE=1 cargo test -p aside-extension --test consoles`.

/** Console products: `routes` are patterns as `shared::console::Route` explains them. */
export const CONSOLES = [
  {
    "hosts": [
      "falcon.crowdstrike.com",
      "falcon.us-2.crowdstrike.com",
      "falcon.eu-1.crowdstrike.com",
      "falcon.laggar.gcw.crowdstrike.com",
      "falcon.us-gov-2.crowdstrike.mil"
    ],
    "platform": "crowdstrike",
    "routes": [
      "/activity-v2/detections/{id}",
      "/activity-v2/detections?selected={id}",
      "/activity/detections/detail/{aid}/{number}",
      "/identity-protection/detections/{id}?cid={cid}",
      "/identity-protection/detections/{id}",
      "/mobile/detections/{id}",
      "/unified-detections/{id}",
      "/automated-leads/{id}"
    ]
  }
];
