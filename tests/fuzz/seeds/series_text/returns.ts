@problemName walks
@timeStamps false
@univariate false
@dimensions 2
@equalLength true
@seriesLength 3
@classLabel true slow fast
@data
1,2,3:4,5,6:slow
1,?,3:4,NaN,6:fast
7,8,9:1,1,1:slow
