// The provisioner's main package cannot be imported; the tool line pins it so that it is built by its import path.
module localmart.example/kubelite/local-path

go 1.26

tool github.com/rancher/local-path-provisioner

require github.com/rancher/local-path-provisioner v0.0.30
