module localmart.example/kubelite/volume

go 1.26
